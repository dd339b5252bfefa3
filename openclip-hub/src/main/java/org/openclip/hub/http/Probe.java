package org.openclip.hub.http;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The size and the ETag of a remote file.
 *
 * @param size how many bytes it has
 * @param etag the name of its content, with its quotes; empty when there is none
 * @param modified when it was changed; empty when the server does not say
 */
public record Probe(long size, String etag, String modified) {
  private static final Pattern TOTAL = Pattern.compile("bytes [^/]*/(\\d{1,18})");

  /**
   * Asks for the first byte, since many servers that send files refuse the method HEAD.
   *
   * @param request a GET without a range
   * @throws StatusException when there is no such file, or no telling how long it is
   * @throws IOException when the server does not answer
   */
  public static Probe of(Http http, HttpRequest request) throws IOException {
    HttpResponse<Boolean> response =
        http.send(
            () ->
                HttpRequest.newBuilder(request, (name, value) -> true)
                    .header("Range", "bytes=0-0")
                    .build(),
            Http.Redirects.ALL,
            answer -> new Refusal(),
            () -> 0);
    HttpHeaders headers = response.headers();
    long size =
        switch (response.statusCode()) {
          case 200 -> headers.firstValueAsLong("Content-Length").orElse(-1);
          case 206 -> total(headers);
          case 416 -> total(headers) == 0 ? 0 : -1;
          default -> -1;
        };
    if (size < 0) {
      throw new StatusException(response);
    }
    return new Probe(
        size,
        headers.firstValue("ETag").orElse(""),
        headers.firstValue("Last-Modified").orElse(""));
  }

  private static long total(HttpHeaders headers) {
    Matcher matcher = TOTAL.matcher(headers.firstValue("Content-Range").orElse(""));
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }

  /** Returns a text that is another when the file is. */
  public String version() {
    return etag.isEmpty() ? size + " " + modified : etag;
  }

  /**
   * Returns the ETag if bytes of one file can be told by it from those of another; else nothing.
   */
  String validator() {
    return etag.startsWith("\"") ? etag : "";
  }

  /** Returns the download of the file that was asked about. */
  public Download download(Http http, HttpRequest request, Checksum checksum) {
    return new Download(http, request, size, checksum, validator());
  }
}

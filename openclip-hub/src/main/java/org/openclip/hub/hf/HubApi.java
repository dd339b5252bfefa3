package org.openclip.hub.hf;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openclip.api.FetchException;
import org.openclip.api.InvalidFileException;
import org.openclip.hub.http.Backoff;
import org.openclip.hub.http.Http;
import org.openclip.hub.http.Http.Redirects;
import org.openclip.hub.io.JsonObjects;

/** The questions that are asked of the hub about a repository. */
final class HubApi {
  /**
   * A repository at one commit.
   *
   * @param commit the commit
   * @param files the paths of its files
   */
  record Revision(String commit, List<String> files) {}

  /**
   * What is said of a file without sending it.
   *
   * @param etag the name of its bytes: their SHA-256, or Git's hash for small files
   * @param size how many there are
   */
  record FileFacts(String etag, long size) {}

  private final HubSettings settings;

  HubApi(HubSettings settings) {
    this.settings = settings;
  }

  /**
   * Asks which commit a revision is now, and what it holds.
   *
   * @param patient whether to try again when the hub does not answer
   * @throws FetchException when the hub says no
   * @throws IOException when it says nothing
   */
  Revision revision(HubLocation location, boolean patient) throws IOException {
    String path =
        "/api/models/" + location.repository() + "/revision/" + encoded(location.revision());
    Http http = patient ? settings.http() : settings.http().with(Backoff.DEFAULT.withRetries(0));
    HttpResponse<byte[]> response = http.send(request(at(path)).GET().build(), Redirects.SAME_HOST);
    HubErrors.check(response, location, settings);
    Map<String, Object> json = json(response, location);
    String commit = String.valueOf(json.get("sha"));
    if (!HubCache.isCommit(commit)) {
      throw malformed(location, response, "names no commit");
    }
    List<String> files = new ArrayList<>();
    if (json.get("siblings") instanceof List<?> siblings) {
      for (Object sibling : siblings) {
        if (sibling instanceof Map<?, ?> file && file.get("rfilename") instanceof String name) {
          if (!HubLocation.safe(name)) {
            throw malformed(location, response, "has a file with the unsafe name '" + name + "'");
          }
          files.add(name);
        }
      }
    }
    files.sort(null);
    return new Revision(commit, List.copyOf(files));
  }

  /**
   * Asks what a file is.
   *
   * @throws FetchException when the hub says no
   * @throws IOException when it says nothing
   */
  FileFacts facts(HubLocation location, String commit, String name) throws IOException {
    HttpRequest request =
        request(file(location, commit, name))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<byte[]> response = settings.http().send(request, Redirects.SAME_HOST);
    HubErrors.check(response, location, settings);
    String etag =
        first(response, "X-Linked-Etag", "ETag").replaceFirst("^W/", "").replace("\"", "");
    String length =
        response.statusCode() < 300
            ? first(response, "X-Linked-Size", "Content-Length")
            : first(response, "X-Linked-Size");
    if (!etag.matches("[A-Za-z0-9._-]{1,128}") || !length.matches("\\d{1,18}")) {
      throw malformed(location, response, "has no ETag or no size for " + name);
    }
    return new FileFacts(etag, Long.parseLong(length));
  }

  private static String first(HttpResponse<?> response, String... names) {
    return Stream.of(names)
        .flatMap(name -> response.headers().firstValue(name).stream())
        .findFirst()
        .orElse("");
  }

  /** Returns the branches and tags of a repository, for messages; empty when it does not say. */
  List<String> references(HubLocation location) {
    try {
      HttpResponse<byte[]> response =
          settings
              .http()
              .send(
                  request(at("/api/models/" + location.repository() + "/refs")).GET().build(),
                  Redirects.SAME_HOST);
      Map<String, Object> json = response.statusCode() == 200 ? json(response, location) : Map.of();
      return Stream.of("branches", "tags")
          .flatMap(kind -> json.get(kind) instanceof List<?> list ? list.stream() : Stream.empty())
          .map(ref -> ref instanceof Map<?, ?> map ? String.valueOf(map.get("name")) : "")
          .filter(name -> !name.isEmpty())
          .toList();
    } catch (IOException | FetchException e) {
      return List.of();
    }
  }

  /** Returns the address of a file's bytes. */
  URI file(HubLocation location, String commit, String name) {
    String path = Stream.of(name.split("/")).map(HubApi::encoded).collect(Collectors.joining("/"));
    return at("/" + location.repository() + "/resolve/" + encoded(commit) + "/" + path);
  }

  /** Returns an address on the hub. */
  URI at(String path) {
    return URI.create(settings.endpoint() + path);
  }

  /** Begins a request that says who asks; nobody but the hub itself is given the token. */
  HttpRequest.Builder request(URI uri) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri)
            .header("User-Agent", "openclip-jvm; java/" + Runtime.version().feature())
            .header("Accept-Encoding", "identity");
    String token = settings.token();
    if (token != null && Http.sameOrigin(settings.endpoint(), uri)) {
      builder.header("Authorization", "Bearer " + token);
    }
    return builder;
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static Map<String, Object> json(HttpResponse<byte[]> response, HubLocation location) {
    try {
      return JsonObjects.parse(response.uri().getPath(), 0, response.body());
    } catch (InvalidFileException e) {
      throw malformed(location, response, "is no JSON: " + e.getMessage());
    }
  }

  private static FetchException malformed(
      HubLocation location, HttpResponse<?> response, String problem) {
    return new FetchException(
        location.toString(),
        response.statusCode(),
        "cannot be read: the response of %s %s. Check that HF_ENDPOINT and the proxy lead to a hub"
            .formatted(response.uri().getHost(), problem),
        null);
  }
}

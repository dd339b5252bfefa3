package org.openclip.hub.hf;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.openclip.api.FetchException;
import org.openclip.api.InterruptedCallException;
import org.openclip.hub.http.Http.Redirects;
import org.openclip.hub.http.Relay;
import org.openclip.hub.io.JsonObjects;

/**
 * The way of one large file to where the hub keeps such files, by the transfers of Git LFS: in one
 * piece, or in parts side by side, each of which is tried again by itself.
 */
final class LfsUpload {
  private static final int SIDE_BY_SIDE = 4;

  private final HubApi api;
  private final HubSettings settings;
  private final HubLocation location;
  private final UploadFile file;
  private final Relay progress;
  private final AtomicLong sent = new AtomicLong();

  LfsUpload(
      HubApi api, HubSettings settings, HubLocation location, UploadFile file, Relay progress) {
    this.api = api;
    this.settings = settings;
    this.location = location;
    this.file = file;
    this.progress = progress;
  }

  /**
   * Does what the hub says is to be done with the file.
   *
   * @param actions the object {@code actions} of the hub's answer; empty when it has the file
   */
  void run(Map<?, ?> actions) throws IOException {
    if (actions.get("upload") instanceof Map<?, ?> upload) {
      progress.accept(0);
      Map<?, ?> header = upload.get("header") instanceof Map<?, ?> map ? map : Map.of();
      URI target = URI.create(String.valueOf(upload.get("href")));
      if (header.get("chunk_size") == null) {
        put(target, 0, file.size(), header);
      } else {
        complete(target, parts(header));
      }
    }
    if (actions.get("verify") instanceof Map<?, ?> verify) {
      Map<String, Object> claim = new LinkedHashMap<>();
      claim.put("oid", file.sha256());
      claim.put("size", file.size());
      post(api.request(URI.create(String.valueOf(verify.get("href")))), claim);
    }
  }

  /** Sends all parts and returns their ETags, in order. */
  private List<String> parts(Map<?, ?> header) throws IOException {
    long size = number(String.valueOf(header.get("chunk_size")));
    Map<Integer, URI> targets = new TreeMap<>();
    header.forEach(
        (key, value) -> {
          if (String.valueOf(key).matches("\\d{1,6}")) {
            targets.put(Integer.parseInt(String.valueOf(key)), URI.create(String.valueOf(value)));
          }
        });
    if (size < 1 || targets.size() != (file.size() + size - 1) / size) {
      throw new FetchException(
          location.toString(),
          200,
          "cannot be written: the hub requests %s parts of %s bytes, but %s has %s bytes"
              .formatted(targets.size(), size, file.path(), file.size()),
          null);
    }
    Semaphore turns = new Semaphore(SIDE_BY_SIDE);
    List<Future<String>> etags = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long from = 0;
      for (URI target : targets.values()) {
        long start = from;
        long length = Math.min(size, file.size() - start);
        etags.add(
            threads.submit(
                () -> {
                  turns.acquire();
                  try {
                    return put(target, start, length, Map.of());
                  } finally {
                    turns.release();
                  }
                }));
        from += length;
      }
      return joined(etags);
    }
  }

  private static List<String> joined(List<Future<String>> futures) throws IOException {
    List<String> results = new ArrayList<>();
    try {
      for (Future<String> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (InterruptedException e) {
      throw InterruptedCallException.of("sending a file", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FetchException refusal) {
        throw refusal;
      }
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
  }

  private long number(String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new FetchException(
          location.toString(), 200, "cannot be written: the hub's chunk_size is " + value, e);
    }
  }

  /** Sends bytes to an address that is signed, and so needs no token; returns the ETag. */
  private String put(URI target, long from, long length, Map<?, ?> headers) throws IOException {
    AtomicLong moved = new AtomicLong();
    HttpResponse<byte[]> response =
        settings
            .http()
            .send(
                () -> {
                  // An attempt that failed counts as if nothing of it had been sent.
                  sent.addAndGet(-moved.getAndSet(0));
                  HttpRequest.Builder request =
                      HttpRequest.newBuilder(target).PUT(body(from, length, moved));
                  headers.forEach((k, v) -> request.header(String.valueOf(k), String.valueOf(v)));
                  return request.build();
                },
                Redirects.SAME_HOST,
                BodyHandlers.ofByteArray(),
                moved::get);
    HubErrors.check(response, location, settings);
    return response.headers().firstValue("ETag").orElse("");
  }

  private BodyPublisher body(long from, long length, AtomicLong moved) {
    BodyPublisher stream =
        BodyPublishers.ofInputStream(
            () ->
                new FileRange(
                    file.file(),
                    from,
                    length,
                    count -> {
                      moved.addAndGet(count);
                      progress.accept(sent.addAndGet(count));
                    }));
    return length == 0 ? BodyPublishers.noBody() : BodyPublishers.fromPublisher(stream, length);
  }

  private void complete(URI target, List<String> etags) throws IOException {
    List<Map<String, Object>> parts = new ArrayList<>();
    for (String etag : etags) {
      Map<String, Object> part = new LinkedHashMap<>();
      part.put("partNumber", parts.size() + 1);
      part.put("etag", etag);
      parts.add(part);
    }
    Map<String, Object> claim = new LinkedHashMap<>();
    claim.put("oid", file.sha256());
    claim.put("parts", parts);
    // The address is signed.
    post(HttpRequest.newBuilder(target), claim);
  }

  private void post(HttpRequest.Builder request, Map<String, Object> json) throws IOException {
    HttpResponse<byte[]> response =
        settings
            .http()
            .send(
                request
                    .header("Content-Type", HubUpload.LFS)
                    .header("Accept", HubUpload.LFS)
                    .POST(BodyPublishers.ofString(JsonObjects.writeCompact(json)))
                    .build(),
                Redirects.SAME_HOST);
    HubErrors.check(response, location, settings);
  }
}

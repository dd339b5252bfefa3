package org.openclip.hub.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.testkit.StoredRepository.Stored;

/**
 * A model hub on this machine that speaks the protocol as it is documented: a server that knows the
 * repositories, and another one, on another port, that sends the bytes of large files. It can be
 * told to falter.
 */
public final class HubServer implements AutoCloseable {
  /** What was asked of either server. */
  public record Asked(boolean store, String method, String path, Map<String, String> headers) {
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), "");
    }
  }

  /** A fault that one answer with bytes has. */
  public sealed interface Fault {
    /** The connection breaks after so many bytes. */
    record Cut(int after) implements Fault {}

    /** Nothing more comes after so many bytes. */
    record Stall(int after) implements Fault {}

    /** The rest comes when the server is told to release it. */
    record Pause(int after) implements Fault {}

    /** A bit of this byte is wrong. */
    record Flip(int at) implements Fault {}

    /** Another status is the answer. */
    record Status(int code, Map<String, String> headers) implements Fault {}
  }

  private static final Pattern REVISION =
      Pattern.compile("/api/models/([^/]+/[^/]+)/revision/([^/]+)");
  private static final Pattern REFERENCES = Pattern.compile("/api/models/([^/]+/[^/]+)/refs");
  private static final Pattern RESOLVE = Pattern.compile("/([^/]+/[^/]+)/resolve/([^/]+)/(.+)");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  public final Map<String, StoredRepository> repositories = new ConcurrentHashMap<>();
  public final Map<String, String> renamed = new ConcurrentHashMap<>();
  public final List<Asked> asked = new CopyOnWriteArrayList<>();
  public final Queue<Fault> hubFaults = new ConcurrentLinkedQueue<>();
  public final Queue<Fault> storeFaults = new ConcurrentLinkedQueue<>();
  public final Map<String, byte[]> store = new ConcurrentHashMap<>();
  public volatile boolean ranges = true;
  private final CountDownLatch released = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final HttpServer hub = start(false);
  private final HttpServer bytes = start(true);

  private HttpServer start(boolean isStore) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      ExecutorService threads = Executors.newCachedThreadPool();
      server.setExecutor(threads);
      server.createContext("/", exchange -> handle(exchange, isStore));
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI endpoint() {
    return address(hub, "");
  }

  public static URI address(HttpServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  public URI storeAddress(String path) {
    return address(bytes, path);
  }

  public StoredRepository repository(String name) {
    return repositories.computeIfAbsent(name, n -> new StoredRepository());
  }

  public List<Asked> downloads() {
    return asked.stream().filter(a -> a.store() && a.method().equals("GET")).toList();
  }

  private void handle(HttpExchange exchange, boolean isStore) throws IOException {
    try (exchange) {
      Map<String, String> headers = new LinkedHashMap<>();
      exchange
          .getRequestHeaders()
          .forEach((k, v) -> headers.put(k.toLowerCase(java.util.Locale.ROOT), v.get(0)));
      URI uri = exchange.getRequestURI();
      asked.add(new Asked(isStore, exchange.getRequestMethod(), uri.getRawPath(), headers));
      if (isStore) {
        store(exchange);
      } else {
        if (hubFaults.peek() instanceof Fault.Status status) {
          hubFaults.remove();
          refuse(exchange, status.code(), status.headers());
        } else {
          hub(exchange, uri.getRawPath());
        }
      }
    }
  }

  private void hub(HttpExchange exchange, String path) throws IOException {
    Matcher revision = REVISION.matcher(path);
    Matcher references = REFERENCES.matcher(path);
    Matcher resolve = RESOLVE.matcher(path);
    if (revision.matches()) {
      revision(exchange, revision.group(1), decoded(revision.group(2)));
    } else if (references.matches()) {
      references(exchange, references.group(1));
    } else if (resolve.matches()) {
      String target = renamed.get(resolve.group(1));
      if (target == null) {
        resolve(exchange, resolve.group(1), decoded(resolve.group(2)), decoded(resolve.group(3)));
      } else {
        redirect(exchange, 307, path.replaceFirst(resolve.group(1), target), Map.of());
      }
    } else if (!new UploadHandler(this).handle(exchange, path)) {
      refuse(exchange, 404, Map.of());
    }
  }

  /** Returns the repository if the request may see it, and answers it if not. */
  StoredRepository opened(HttpExchange exchange, String name) throws IOException {
    StoredRepository repository = repositories.get(name);
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    if (given != null && !given.matches("Bearer hf_[a-z]+")) {
      refuse(
          exchange, 401, Map.of("X-Error-Message", "Invalid credentials in Authorization header"));
      return null;
    }
    boolean open =
        repository != null
            && (repository.token.isEmpty() || ("Bearer " + repository.token).equals(given));
    if (open) {
      return repository;
    }
    if (repository != null && repository.gated) {
      refuse(exchange, given == null ? 401 : 403, Map.of("X-Error-Code", "GatedRepo"));
    } else {
      refuse(exchange, given == null ? 401 : 404, Map.of("X-Error-Code", "RepoNotFound"));
    }
    return null;
  }

  private void revision(HttpExchange exchange, String name, String revision) throws IOException {
    StoredRepository repository = opened(exchange, renamed.getOrDefault(name, name));
    if (repository == null) {
      return;
    }
    String commit = repository.resolve(revision);
    if (commit == null) {
      refuse(exchange, 404, Map.of("X-Error-Code", "RevisionNotFound"));
      return;
    }
    List<Object> siblings = new ArrayList<>();
    repository.files(commit).keySet().forEach(file -> siblings.add(Map.of("rfilename", file)));
    json(exchange, 200, Map.of("id", name, "sha", commit, "siblings", siblings));
  }

  private void references(HttpExchange exchange, String name) throws IOException {
    StoredRepository repository = opened(exchange, name);
    if (repository != null) {
      List<Object> branches = new ArrayList<>();
      repository.references.forEach(
          (branch, commit) -> branches.add(Map.of("name", branch, "targetCommit", commit)));
      json(exchange, 200, Map.of("branches", branches, "tags", List.of()));
    }
  }

  private void resolve(HttpExchange exchange, String name, String revision, String file)
      throws IOException {
    StoredRepository repository = opened(exchange, name);
    if (repository == null) {
      return;
    }
    String commit = repository.resolve(revision);
    Stored stored = commit == null ? null : repository.files(commit).get(file);
    if (stored == null) {
      refuse(
          exchange,
          404,
          Map.of("X-Error-Code", commit == null ? "RevisionNotFound" : "EntryNotFound"));
      return;
    }
    exchange.getResponseHeaders().set("X-Repo-Commit", commit);
    String etag = '"' + stored.etag + '"';
    if (stored.large) {
      store.put(stored.etag, stored.bytes);
      redirect(
          exchange,
          302,
          storeAddress("/blob/" + stored.etag + "?signature=secret").toString(),
          Map.of("X-Linked-Etag", etag, "X-Linked-Size", "" + stored.bytes.length));
    } else {
      exchange.getResponseHeaders().set("ETag", etag);
      send(exchange, stored.bytes, hubFaults);
    }
  }

  private void store(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (exchange.getRequestMethod().equals("PUT")) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (storeFaults.poll() instanceof Fault.Status status) {
        refuse(exchange, status.code(), status.headers());
        return;
      }
      store.put(path, body);
      exchange.getResponseHeaders().set("ETag", partEtag(path));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    byte[] found = store.get(path.substring(path.lastIndexOf('/') + 1));
    if (found == null) {
      refuse(exchange, 404, Map.of());
    } else {
      exchange.getResponseHeaders().set("ETag", "\"v" + Arrays.hashCode(found) + "\"");
      send(exchange, found, storeFaults);
    }
  }

  static String partEtag(String path) {
    return "\"part-" + path.hashCode() + "\"";
  }

  /** Sends bytes, or the range that is asked for, with the next fault. */
  private void send(HttpExchange exchange, byte[] all, Queue<Fault> faults) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", "" + all.length);
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    Fault fault = faults.poll();
    if (fault instanceof Fault.Status status) {
      refuse(exchange, status.code(), status.headers());
      return;
    }
    String asks = exchange.getRequestHeaders().getFirst("Range");
    Matcher range = RANGE.matcher(asks == null ? "" : asks);
    boolean part = ranges && range.matches();
    int from = part ? Integer.parseInt(range.group(1)) : 0;
    int to =
        part && !range.group(2).isEmpty()
            ? Math.min(all.length, Integer.parseInt(range.group(2)) + 1)
            : all.length;
    byte[] body = Arrays.copyOfRange(all, from, to);
    if (part) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + all.length);
    }
    if (fault instanceof Fault.Flip flip) {
      body[flip.at()] ^= 1;
    }
    exchange.sendResponseHeaders(part ? 206 : 200, body.length == 0 ? -1 : body.length);
    OutputStream out = exchange.getResponseBody();
    switch (fault) {
      case Fault.Cut cut -> out.write(body, 0, Math.min(body.length, cut.after()));
      case Fault.Stall stall -> {
        out.write(body, 0, stall.after());
        out.flush();
        await(closed);
      }
      case Fault.Pause pause -> {
        out.write(body, 0, pause.after());
        out.flush();
        await(released);
        out.write(body, pause.after(), body.length - pause.after());
      }
      case null, default -> out.write(body);
    }
    out.flush();
  }

  /** Lets answers go on that pause, or will pause. */
  public void release() {
    released.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void refuse(HttpExchange exchange, int status, Map<String, String> headers)
      throws IOException {
    headers.forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(status, -1);
  }

  private static void redirect(
      HttpExchange exchange, int status, String location, Map<String, String> headers)
      throws IOException {
    exchange.getResponseHeaders().set("Location", location);
    refuse(exchange, status, headers);
  }

  static void json(HttpExchange exchange, int status, Map<String, ?> object) throws IOException {
    byte[] body = JsonObjects.writeCompact(object).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    released.countDown();
    closed.countDown();
    for (HttpServer server : List.of(hub, bytes)) {
      server.stop(0);
      ((ExecutorService) server.getExecutor()).shutdownNow();
    }
  }
}

package org.openclip.train.benchmark;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server with a hub's paths for data sets, which cuts every answer of an archive in its middle.
 */
final class DatasetHub implements AutoCloseable {
  private static final Pattern PATH =
      Pattern.compile("/datasets/clip-benchmark/(wds_[^/]+)/(raw|resolve)/main/(.+)");

  private final HttpServer server;
  private final Path data;
  private final List<String> asked = new CopyOnWriteArrayList<>();

  DatasetHub(Path data) {
    this.data = data;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  String pages() {
    return "http://127.0.0.1:%s/datasets/clip-benchmark/wds_{dataset_cleaned}/tree/main"
        .formatted(server.getAddress().getPort());
  }

  /** Returns the paths that were asked for, with the range of each. */
  List<String> asked() {
    return asked;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String range = exchange.getRequestHeaders().getFirst("Range");
    asked.add(path + (range == null ? "" : " " + range));
    Matcher parts = PATH.matcher(path);
    Path file = parts.matches() ? data.resolve(parts.group(1)).resolve(parts.group(3)) : null;
    boolean archive = path.endsWith(".tar");
    // Texts lie under raw, archives under resolve, as on a hub with large files.
    boolean there =
        file != null && Files.exists(file) && parts.group(2).equals(archive ? "resolve" : "raw");
    if (!there) {
      exchange.sendResponseHeaders(404, -1);
      exchange.close();
      return;
    }
    byte[] bytes = Files.readAllBytes(file);
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    exchange.getResponseHeaders().add("ETag", "\"one\"");
    if (range != null) {
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
    int sent = archive && range == null ? bytes.length / 2 : bytes.length - from;
    exchange.getResponseBody().write(bytes, from, sent);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

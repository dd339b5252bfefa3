import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.OpenClip;

/**
 * Finds the images of a folder by a sentence, over HTTP. The embeddings of the images are computed
 * once, at the start, and kept in memory: 1,000 images of width 512 need 2 MB.
 */
public class SearchService {
  private static final int RESULTS = 5;
  private static final int LONGEST_QUERY = 1000;

  private final ClipModel model;
  private final List<Path> images;
  private final Embeddings embeddings;

  SearchService(ClipModel model, List<Path> images) {
    this.model = model;
    this.images = images;
    this.embeddings = model.encodeImages(images);
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("Usage: SearchService FOLDER PORT");
      System.exit(2);
    }
    List<Path> images = images(Path.of(arguments[0]));
    ClipModel model = OpenClip.load();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])),
            0);
    server.createContext("/search", new SearchService(model, images)::search);
    server.setExecutor(threads); // A model is thread-safe.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.stop(1);
                  threads.shutdown();
                  model.close(); // Waits for calls that still run.
                }));
    server.start();
    int port = server.getAddress().getPort();
    System.out.println(images.size() + " images: http://localhost:" + port + "/search?q=a+cat");
  }

  private static List<Path> images(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().matches("(?i).*\\.(png|jpe?g|gif|bmp|tiff?)"))
          .sorted()
          .toList();
    }
  }

  /** Answers {@code /search?q=SENTENCE} with lines of cosine similarity, a tab, and a file. */
  private void search(HttpExchange exchange) throws IOException {
    try (exchange) {
      String query = exchange.getRequestURI().getRawQuery();
      if (query == null || !query.startsWith("q=") || query.length() > LONGEST_QUERY) {
        answer(exchange, 400, "give a sentence of at most 1000 characters: /search?q=a+cat\n");
        return;
      }
      String sentence = URLDecoder.decode(query.substring(2), StandardCharsets.UTF_8);
      Embeddings text = model.encodeTexts(List.of(sentence));
      String lines =
          embeddings.topK(text, RESULTS).get(0).stream()
              .map(match -> match.cosine() + "\t" + images.get(match.index()) + "\n")
              .collect(Collectors.joining());
      answer(exchange, 200, lines);
    } catch (RuntimeException e) {
      answer(exchange, 500, "the search failed: " + e.getMessage() + "\n");
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}

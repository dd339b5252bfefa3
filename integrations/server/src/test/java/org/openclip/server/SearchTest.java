package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.search.PictureSearch;
import org.openclip.api.serving.BatchingOptions;
import org.openclip.hub.OpenClip;
import org.openclip.hub.io.JsonObjects;
import org.openclip.server.settings.ServedModels;
import org.openclip.testkit.Fixtures;

/** Search in pictures, by words, by pictures and by both, and the page for it. */
@Tag("once")
class SearchTest {
  private static ClipServer server;
  private static ClipModel model;
  private static final Map<String, float[]> VECTORS = new LinkedHashMap<>();

  /** An index that compares every picture: a plugin of another kind than Lucene's. */
  private static final class Compared implements PictureSearch {
    @Override
    public String fingerprint() {
      return model.fingerprint();
    }

    @Override
    public String model() {
      return model.name();
    }

    @Override
    public long size() {
      return VECTORS.size();
    }

    @Override
    public List<Found> search(float[] vector, int top, List<String> filters) {
      if (!filters.isEmpty()) {
        throw new InvalidInputException("there is no field " + filters.get(0));
      }
      List<Found> all = new ArrayList<>();
      double length = Math.sqrt(dot(vector, vector));
      VECTORS.forEach(
          (path, row) ->
              all.add(
                  new Found(
                      path, (float) (dot(vector, row) / length), "", List.of("a"), Map.of())));
      all.sort(Comparator.comparingDouble(Found::cosine).reversed());
      return all.subList(0, Math.min(top, all.size()));
    }

    private static double dot(float[] a, float[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += (double) a[i] * b[i];
      }
      return sum;
    }

    @Override
    public Optional<float[]> vector(String path) {
      return Optional.ofNullable(VECTORS.get(path));
    }

    @Override
    public void close() {}
  }

  @BeforeAll
  static void start() throws IOException {
    model = OpenClip.load();
    Path images = Fixtures.path("preprocess/images");
    for (String name : List.of("cat.png", "tiny.png", "strip.png", "palette.png")) {
      VECTORS.put(images.resolve(name).toString(), model.embed(images.resolve(name)));
    }
    server =
        ClipServer.start(
            Servers.options().build(),
            new ServedModels(List.of(Servers.emoji(BatchingOptions.DEFAULT))),
            new Compared());
  }

  @AfterAll
  static void close() {
    server.close();
    model.close();
  }

  private static String path(String name) {
    return VECTORS.keySet().stream().filter(p -> p.endsWith(name)).findFirst().orElseThrow();
  }

  private static List<?> hits(Map<String, Object> request) throws Exception {
    Servers.Answer answer = Servers.post(server, "/search", JsonObjects.writeCompact(request));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json()).containsEntry("size", VECTORS.size());
    return (List<?>) answer.json().get("hits");
  }

  private static int refused(Map<String, Object> request) throws Exception {
    return Servers.post(server, "/search", JsonObjects.writeCompact(request)).status();
  }

  @Test
  void picturesAreFoundByWordsByPicturesByBothAndByOnesLikeThem() throws Exception {
    String cat = Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(path("cat.png"))));

    assertThat(hits(Map.of("text", "a red heart"))).hasSize(4);
    assertThat(hits(Map.of("text", "a red heart", "top", 2))).hasSize(2);
    Map<?, ?> best = (Map<?, ?>) hits(Map.of("image", cat)).get(0);
    assertThat(best.get("path")).isEqualTo(path("cat.png"));
    assertThat(((Number) best.get("cosine")).floatValue()).isGreaterThan(0.9999f);
    Map<?, ?> both = (Map<?, ?>) hits(Map.of("image", cat, "text", "a cat", "weight", 0.1)).get(0);
    assertThat(both.get("path")).isEqualTo(path("cat.png"));
    Map<?, ?> like = (Map<?, ?>) hits(Map.of("like", path("strip.png"))).get(0);
    assertThat(like.get("path")).isEqualTo(path("strip.png"));
  }

  @Test
  void whatIsWrongIsTold() throws Exception {
    assertThat(refused(Map.of())).isEqualTo(400);
    assertThat(refused(Map.of("text", " "))).isEqualTo(400);
    assertThat(refused(Map.of("text", "a", "top", 0))).isEqualTo(400);
    assertThat(refused(Map.of("text", "a", "weight", 7))).isEqualTo(400);
    assertThat(refused(Map.of("text", "a", "filters", List.of("b=c")))).isEqualTo(400);
    assertThat(refused(Map.of("like", "/etc/passwd"))).isEqualTo(404);
  }

  @Test
  void onlyPicturesOfTheIndexAreHandedOut() throws Exception {
    String own = URLEncoder.encode(path("cat.png"), StandardCharsets.UTF_8);
    Servers.Answer picture = Servers.get(server, "/picture?path=" + own);
    assertThat(picture.status()).isEqualTo(200);
    assertThat(picture.header("Content-Type")).isEqualTo("image/png");
    assertThat(picture.header("X-Content-Type-Options")).isEqualTo("nosniff");
    for (String other : List.of("%2Fetc%2Fpasswd", "", "..%2F" + own, own + "%00", "%F0")) {
      assertThat(Servers.get(server, "/picture?path=" + other).status()).isEqualTo(404);
    }
  }

  @Test
  void thePageComesWholeAndNamesNoOtherHost() throws Exception {
    for (String file : List.of("/", "/page.css", "/page.js")) {
      Servers.Answer answer = Servers.get(server, file);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).doesNotContain("http:", "https:");
      assertThat(answer.header("Content-Security-Policy")).startsWith("default-src 'self'");
    }
  }

  @Test
  void thePageSearchesByWordsByKeysAndByADroppedPicture(@TempDir Path folder) throws Exception {
    Optional<Path> program = Chromium.find();
    assumeTrue(program.isPresent(), "Chromium is not installed");
    String url = Servers.uri(server, "/?q=a+red+heart").toString();
    String figures = "document.querySelectorAll('figure').length";
    try (Chromium browser = new Chromium(program.get(), folder, url)) {
      browser.await(figures + " === 4");
      assertThat(browser.evaluate("document.getElementById('status').textContent"))
          .asString()
          .startsWith("4 of 4 pictures, ");
      browser.await(
          "[...document.images].filter(i => i.src.includes('picture')).every(i => i.naturalWidth >"
              + " 0)");
      assertThat(browser.evaluate("document.querySelector('.score').textContent"))
          .asString()
          .matches("-?0\\.[0-9]{3}");

      browser.press("ArrowDown", "");
      assertThat(browser.evaluate("document.activeElement.tagName")).isEqualTo("FIGURE");
      String like = (String) browser.evaluate("document.activeElement.dataset.path");
      browser.press("m", "m");
      browser.await("document.getElementById('chosen-name').textContent !== ''");
      browser.await("document.querySelector('.score').textContent === '1.000'");
      assertThat(browser.evaluate("document.querySelector('figure').dataset.path")).isEqualTo(like);

      browser.evaluate(
          """
          (async () => {
            const bytes = await (await fetch('picture?path=%s')).blob();
            const data = new DataTransfer();
            data.items.add(new File([bytes], 'mine.png', { type: 'image/png' }));
            document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
          })()
          """
              .formatted(URLEncoder.encode(path("strip.png"), StandardCharsets.UTF_8)));
      browser.await("document.getElementById('chosen-name').textContent === 'mine.png'");
      browser.await(
          "document.querySelector('figure').dataset.path.endsWith('strip.png')"
              + " && document.querySelector('.score').textContent === '1.000'");

      browser.narrow(390);
      browser.await(
          "getComputedStyle(document.getElementById('grid')).gridTemplateColumns.split(' ').length"
              + " === 2");
      assertThat(browser.evaluate("document.documentElement.scrollWidth <= 390")).isEqualTo(true);
    }
  }

  @Test
  void theDocumentNamesWhatIsAnswered() throws Exception {
    Map<?, ?> paths = (Map<?, ?>) Servers.get(server, "/openapi.json").json().get("paths");
    assertThat(paths).hasSizeGreaterThan(10);
    for (Object path : paths.keySet()) {
      assertThat(Servers.get(server, path.toString()).status())
          .as(path.toString())
          .isIn(200, 204, path.equals("/picture") ? 404 : 405);
    }
  }
}

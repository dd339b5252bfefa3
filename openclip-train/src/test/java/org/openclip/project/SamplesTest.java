package org.openclip.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs in docs/samples run as they stand, in processes of their own. The sample plugins
 * have tests of their own: {@code DropInPluginTest} and {@code KotlinPluginTest}.
 */
@Tag("once")
class SamplesTest {
  private static final Path PROJECT = Path.of(System.getProperty("openclip.project"));

  @TempDir Path folder;

  private Process start(String program, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(PROJECT.resolve("docs/samples").resolve(program).toString());
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectError(folder.resolve("errors").toFile())
        .start();
  }

  private List<String> run(String program, Object... arguments) throws Exception {
    Process process = start(program, arguments);
    try (BufferedReader output = process.inputReader()) {
      List<String> lines = output.lines().toList();
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(folder.resolve("errors"))).isZero();
      return lines;
    }
  }

  private static Path docs(String file) {
    return PROJECT.resolve("docs").resolve(file);
  }

  @Test
  void classify() throws Exception {
    assertThat(run("Classify.java", docs("smile.png"), "a smiling face", "a pizza"))
        .containsExactly("a smiling face: 100%", "a pizza: 0%");
  }

  @Test
  void searchService() throws Exception {
    Path images = Files.createDirectories(folder.resolve("images"));
    Files.copy(docs("smile.png"), images.resolve("smile.png"));
    draw(images.resolve("blue.png"), Color.BLUE, 0);
    Process service = start("SearchService.java", images, 0);
    try (BufferedReader output = service.inputReader();
        HttpClient client = HttpClient.newHttpClient()) {
      String line = output.readLine();
      assertThat(line).as(Files.readString(folder.resolve("errors"))).startsWith("2 images: http");
      String address = line.replaceAll(".* (http.*)\\?.*", "$1");

      HttpResponse<String> found = get(client, address + "?q=a+smiling+face");
      HttpResponse<String> refused = get(client, address);

      assertThat(found.statusCode()).isEqualTo(200);
      assertThat(found.body().lines())
          .hasSize(2)
          .first()
          .asString()
          .endsWith("\t" + images.resolve("smile.png"));
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).startsWith("give a sentence");
    } finally {
      service.destroy();
      assertThat(service.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  private static HttpResponse<String> get(HttpClient client, String address) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The names mean nothing, so that the model knows them by its training only. */
  @Test
  void trainOnFolder() throws Exception {
    for (int i = 0; i < 8; i++) {
      draw(folder.resolve("data/zork/" + i + ".png"), Color.RED, i);
      draw(folder.resolve("data/blick/" + i + ".png"), Color.BLUE, i);
    }
    Path result = folder.resolve("result");

    List<String> lines = run("TrainOnFolder.java", folder.resolve("data"), 8, result);

    assertThat(lines).hasSize(2 + 16 + 8).contains("epochs done: 8");
    assertThat(lines.get(0)).isNotEqualTo("right before: 16 of 16");
    assertThat(lines.get(lines.size() - 1)).isEqualTo("right after: 16 of 16");
    assertThat(result.resolve("open_clip_config.json")).exists();
  }

  private static void draw(Path file, Color colour, int place) throws IOException {
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    Graphics graphics = image.createGraphics();
    graphics.setColor(colour);
    graphics.fillOval(place * 3, place * 3, 40, 40);
    graphics.dispose();
    ImageIO.write(image, "png", file.toFile());
  }
}

package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** What users get wrong ends in an error that names it and says what to do. */
class BadInputTest {
  @TempDir static Path folder;
  private static String tiny = "";

  @BeforeAll
  static void writeModel() {
    tiny = TinyModels.write(folder.resolve("tiny"));
  }

  private static void assertPictureRefused(Path file, String reason) {
    try (ClipModel model = OpenClip.load(tiny)) {
      for (List<Path> files : List.of(List.of(file), List.of(file, file))) {
        assertThatThrownBy(() -> model.encodeImages(files))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining(file.toString())
            .hasMessageContaining(reason);
      }
    }
  }

  @Test
  void aMissingFile() {
    assertPictureRefused(folder.resolve("none.png"), "there is no file");
    assertPictureRefused(folder.resolve("none.png"), "; check its name");
    assertPictureRefused(
        folder.resolve("no/where.png"),
        "; the folder " + folder.resolve("no") + " does not exist either; check the path");
  }

  @Test
  void aFolder() {
    assertPictureRefused(folder, "is a folder");
  }

  @Test
  void aTextForAPicture() throws IOException {
    Path file = Files.writeString(folder.resolve("text.png"), "a picture of a cat");

    assertPictureRefused(
        file, "is not in a supported picture format: it starts with the text 'a picture of'");
    assertPictureRefused(file, "convert it to PNG or JPEG");
  }

  @Test
  void anEmptyFile() throws IOException {
    assertPictureRefused(Files.createFile(folder.resolve("empty.jpg")), "empty");
  }

  @Test
  void aTruncatedPng() throws IOException {
    byte[] whole = Files.readAllBytes(Fixtures.path("preprocess/images/cat.png"));
    Path file = Files.write(folder.resolve("half.png"), Arrays.copyOf(whole, whole.length / 2));

    assertPictureRefused(file, "is truncated in its pixels; provide the whole file");
  }

  @Test
  void aPictureOfMorePixelsThanAnyoneDecodes() throws IOException {
    assertPictureRefused(
        png("bomb.png", 50_000, 50_000),
        "has 50000 x 50000 pixels, but the limit is 178956970 pixels; scale it down first");
  }

  @Test
  void aPictureOfFiftyThousandColumnsIsDecodedWhole() throws IOException {
    BufferedImage image = new BufferedImage(50_000, 40, BufferedImage.TYPE_INT_RGB);
    Path file = folder.resolve("wide.png");
    ImageIO.write(image, "png", file.toFile());

    try (ClipModel model = OpenClip.load(tiny)) {
      assertThat(model.encodeImages(List.of(file)).size()).isEqualTo(1);
    }
  }

  /** Returns a PNG that has a header of the size and nothing behind it. */
  private static Path png(String name, int width, int height) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(17);
    header.put("IHDR".getBytes(StandardCharsets.US_ASCII));
    header.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(header.array());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    out.writeBytes(ByteBuffer.allocate(4).putInt(13).array());
    out.writeBytes(header.array());
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    return Files.write(folder.resolve(name), out.toByteArray());
  }

  @Test
  void anUnknownModel() {
    assertThatThrownBy(() -> OpenClip.load("ViT-B32"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("did you mean ViT-B-32");
    assertThatThrownBy(() -> OpenClip.load("ftp:somewhere"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("local-dir");
    assertThatThrownBy(() -> OpenClip.load("local-dir:" + folder.resolve("nowhere")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void unknownOrMissingWeights() {
    assertThatThrownBy(() -> OpenClip.load("ViT-B-32"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no weights");
    assertThatThrownBy(() -> OpenClip.load("ViT-B-32", "laion9b"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("path of a checkpoint");
    assertThatThrownBy(() -> OpenClip.load("ViT-B-32", folder + "/none.safetensors"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.safetensors");
  }

  @Test
  void anUnknownBackend() {
    String name = PluginRegistry.create().preferred(BackendProvider.class).name();

    assertThatThrownBy(() -> OpenClip.model(tiny).backend(name + "y").load())
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("did you mean " + name)
        .hasMessageContaining("openclip-backend-onnx or openclip-backend-tf");
  }

  @Test
  void aCheckpointOfAnotherModel() {
    String checkpoint = folder.resolve("tiny").resolve(ModelFolder.CHECKPOINT).toString();

    assertThatThrownBy(() -> OpenClip.load("ViT-B-32", checkpoint))
        .isInstanceOf(WeightsMismatchException.class)
        .hasMessageStartingWith(checkpoint + " does not fit ViT-B-32")
        .asInstanceOf(throwable(WeightsMismatchException.class))
        .satisfies(
            e -> {
              String message = String.valueOf(e.getMessage());
              assertListed(message, "missing", e.missing());
              assertListed(message, "with a different shape", e.misshaped());
              assertThat(e.misshaped())
                  .contains("visual.proj is FLOAT32[32, 16], not FLOAT32[768, 512]");
              assertThat(e.missing()).contains("visual.transformer.resblocks.2.ln_1.weight[768]");
            });
  }

  /** Asserts that a message counts the entries and lists the first ten of them. */
  private static void assertListed(String message, String what, List<String> entries) {
    assertThat(entries).hasSizeGreaterThan(10);
    assertThat(message)
        .contains(
            "; %s %s: %s and %s more"
                .formatted(
                    entries.size(),
                    what,
                    String.join(", ", entries.subList(0, 10)),
                    entries.size() - 10))
        .doesNotContain(entries.get(10) + ",");
  }

  @Test
  void weightsWithNaN() {
    Weights weights = FreshWeights.hash(OpenClip.model(tiny).architecture()).toWeights();
    float[] values = weights.get("visual.proj").toFloats();
    values[17] = Float.NaN;
    Path file = folder.resolve("nan.safetensors");
    SafetensorsWriter.write(
        file,
        WeightSource.of(weights.replacing("visual.proj", Tensor.of(values, 32, 16))),
        Map.of());

    assertThatThrownBy(() -> OpenClip.load(tiny, file.toString()))
        .isInstanceOf(WeightsMismatchException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining("1 with NaN or infinite numbers: visual.proj")
        .hasMessageContaining("damaged, or the training diverged");
  }

  @Test
  void aModelThatIsClosed() {
    ClipModel model = OpenClip.load(tiny);
    model.close();

    assertThatThrownBy(() -> model.encodeTexts(List.of("a cat")))
        .isInstanceOf(ClosedException.class)
        .hasMessage("model " + tiny + " is closed; open it again, or close it after its last use");
    assertThatThrownBy(() -> model.encodeImages(List.of(folder.resolve("any.png"))))
        .isInstanceOf(ClosedException.class);
    model.close();
  }

  @Test
  void aListOfNoLabelsOrOfTheSame() {
    try (ClipModel model = OpenClip.load(tiny)) {
      assertThatThrownBy(() -> ZeroShotClassifier.create(model, List.of()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("at least one label");
      assertThatThrownBy(() -> ZeroShotClassifier.create(model, List.of("cat", "cat")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("two labels are the same");
      assertThatThrownBy(() -> ZeroShotClassifier.create(model, List.of("cat"), List.of("a cat")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("template 'a cat' has no {}");
    }
  }

  @Test
  void aConfigurationWithAnUnknownKey() throws IOException {
    Map<String, Object> config = new HashMap<>(TinyModels.CONFIG);
    config.put("embed_dims", 3);
    Path model = Files.createDirectories(folder.resolve("unknown-key"));
    Files.writeString(
        model.resolve(ModelFolder.CONFIG), JsonObjects.write(Map.of("model_cfg", config)));

    assertThatThrownBy(() -> OpenClip.load("local-dir:" + model))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("config key 'embed_dims': is not known; did you mean embed_dim?");
    assertThatThrownBy(() -> OpenClip.model(tiny).override("vision_cfg.widht", 3).load())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("vision_cfg.widht");
    assertThatThrownBy(() -> OpenClip.model(tiny).preprocess("sise", 3).load())
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("sise");
  }

  @Test
  void aConfigurationThatIsNoJson() throws IOException {
    Path model = Files.createDirectories(folder.resolve("no-json"));
    Files.writeString(model.resolve(ModelFolder.CONFIG), "{\"model_cfg\": {\n  \"a\": 1,}}");

    assertThatThrownBy(() -> OpenClip.load("local-dir:" + model))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(ModelFolder.CONFIG)
        .hasMessageContaining("line 2");
  }
}

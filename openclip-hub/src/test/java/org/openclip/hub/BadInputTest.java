package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.io.JsonObjects;

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
  }

  @Test
  void aFolder() {
    assertPictureRefused(folder, "is a folder");
  }

  @Test
  void aTextForAPicture() throws IOException {
    Path file = Files.writeString(folder.resolve("text.png"), "a picture of a cat");

    assertPictureRefused(file, "a picture");
  }

  @Test
  void anEmptyFile() throws IOException {
    assertPictureRefused(Files.createFile(folder.resolve("empty.jpg")), "empty");
  }

  @Test
  void aTruncatedPng() throws IOException {
    byte[] whole = Files.readAllBytes(Goldens.path("preprocess/images/cat.png"));
    Path file = Files.write(folder.resolve("half.png"), Arrays.copyOf(whole, whole.length / 2));

    assertPictureRefused(file, "");
  }

  @Test
  void aPictureOfMorePixelsThanAnyoneDecodes() throws IOException {
    assertPictureRefused(png("bomb.png", 50_000, 50_000), "178956970");
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
        .hasMessageContaining("does not fit ViT-B-32")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(4000));
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
        .hasMessageContaining("visual.proj");
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
        .hasMessageContaining("embed_dims")
        .hasMessageContaining("did you mean embed_dim");
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

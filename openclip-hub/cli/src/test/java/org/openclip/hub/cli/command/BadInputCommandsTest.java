package org.openclip.hub.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** What users get wrong is one line: what it is, where, what is allowed, and what to do. */
@Tag("once")
class BadInputCommandsTest {
  private static final String CAT = Fixtures.path("preprocess/images/cat.png").toString();

  @TempDir static Path folder;
  private static String model = "";

  @BeforeAll
  static void writeModel() {
    model = TinyModels.write(folder.resolve("tiny"));
  }

  private static void assertFails(List<String> arguments, String... parts) {
    CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));

    assertThat(run.code()).as(run.err()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.errors()).hasSize(1);
    assertThat(run.err()).startsWith("openclip: ").contains(parts).doesNotContain("internal error");
  }

  private static List<String> classify(String picture, String... more) {
    List<String> arguments = new ArrayList<>(List.of("classify", picture, "a cat", "a dog"));
    arguments.addAll(List.of(more));
    if (!arguments.contains("-m")) {
      arguments.addAll(List.of("-m", model));
    }
    return arguments;
  }

  @Test
  void picturesThatAreNone() throws IOException {
    String missing = folder.resolve("missing.png").toString();
    Path text = Files.writeString(folder.resolve("text.png"), "a picture of a cat");
    byte[] whole = Files.readAllBytes(Path.of(CAT));
    Path half = Files.write(folder.resolve("half.png"), Arrays.copyOf(whole, whole.length / 2));
    Path empty = Files.createDirectories(folder.resolve("no pictures"));

    assertFails(classify(missing), "there is no file " + missing + "; check its name");
    assertFails(
        classify(text.toString()),
        text.toString(),
        "not in a supported picture format",
        "starts with the text 'a picture of'",
        "convert it to PNG or JPEG");
    assertFails(
        classify(half.toString()),
        half.toString(),
        "cut short in its pixels",
        "provide the whole file");
    assertFails(
        classify(empty.toString()),
        empty + " contains no pictures; their file names must end in",
        "png");
  }

  @Test
  void namesThatNothingAnswersTo() {
    assertFails(
        classify(CAT, "-m", "ViT-B32"),
        "unknown model 'ViT-B32'; did you mean ViT-B-32",
        "? 'openclip models' lists the names");
    assertFails(
        classify(CAT, "-m", "ViT-B/32"),
        "there are no weights for ViT-B-32: name a tag or a checkpoint by --pretrained",
        "which fills " + Path.of("models", "ViT-B-32"));
    assertFails(
        classify(CAT, "-m", "no/where"), "there is no model folder no/where; check the path");
    assertFails(
        classify(CAT, "--backend", "onyx"),
        "unknown backend 'onyx'; did you mean onnx?",
        "Add openclip-backend-onnx or openclip-backend-tf");
    assertFails(
        classify(CAT, "-t", "imagenet81"),
        "unknown template list 'imagenet81'; did you mean imagenet80 or imagenet7?");
    assertFails(
        classify(CAT, "--pretrained", folder.resolve("none.safetensors").toString()),
        "there is no file " + folder.resolve("none.safetensors"));
  }

  @Test
  void aCheckpointOfAnotherModel() {
    String checkpoint = folder.resolve("tiny").resolve(ModelFolder.CHECKPOINT).toString();

    assertFails(
        classify(CAT, "-m", "ViT-B-32", "-p", checkpoint),
        checkpoint + " does not fit ViT-B-32",
        "missing: ",
        " with a different shape: ",
        " more");
  }

  @Test
  void aConfigurationWithAnUnknownKey() throws IOException {
    Map<String, Object> config = new HashMap<>(TinyModels.CONFIG);
    config.put("embed_dims", 3);
    Path other = Files.createDirectories(folder.resolve("unknown-key"));
    Files.writeString(
        other.resolve(ModelFolder.CONFIG), JsonObjects.write(Map.of("model_cfg", config)));

    assertFails(classify(CAT, "-m", other.toString()), "embed_dims", "did you mean embed_dim?");
    assertFails(
        classify(CAT, "--set", "vision_cfg.layer=3"),
        "config key 'vision_cfg.layer'",
        "did you mean layers?");
  }

  @Test
  void devicesAndPrecisionsThatAreNotToBeHad() {
    assertFails(
        classify(CAT, "--device", "cuda"),
        "device cuda:0 was requested, but",
        "onnxruntime_gpu",
        "Use device auto or cpu");
    assertFails(classify(CAT, "--set", "vision_cfg.width=oops"), "vision_cfg.width", "oops");
  }
}

package org.openclip.hub.cli.command.model;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.io.JsonObjects;
import org.openclip.testkit.Fixtures;

/** {@code openclip inspect} and {@code openclip convert}. */
@Tag("once")
class CheckpointCommandsTest {
  private static final String TORCH = golden("checkpoints/torch/epoch_3.pt");
  private static final String SAFETENSORS = golden("checkpoints/vit/open_clip_model.safetensors");

  @TempDir Path folder;

  private static String golden(String name) {
    return Fixtures.path(name).toString();
  }

  private static Weights open(Path file) {
    return Checkpoints.open(file, PluginRegistry.create());
  }

  @Test
  void inspectTellsWhatAFileHolds() {
    CommandLineRun run = CommandLineRun.of("inspect", TORCH, "--format", "json", "--tensors");

    Map<String, Object> facts = JsonObjects.parse("out", 0, run.out().strip().getBytes(UTF_8));
    assertThat(run.code()).isZero();
    assertThat(facts)
        .containsEntry("format", "torch")
        .containsEntry("tensors", 86)
        .containsEntry("types", Map.of("FLOAT32", 86));
    assertThat(facts.get("state_dict"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("module.positional_embedding", "FLOAT32[16, 48]");
  }

  @Test
  void inspectNamesTheModelsThatAreMade() throws IOException {
    Path model = folder.resolve("model");
    assertThat(CommandLineRun.of("init", "ViT-S-32-alt", model.toString()).code()).isZero();

    CommandLineRun run =
        CommandLineRun.of("inspect", model.resolve("open_clip_model.safetensors").toString());

    assertThat(run.out()).containsPattern("ViT-S-32-alt +fits");
    assertThat(CommandLineRun.of("info", "local-dir:" + model).code()).isZero();
    // The same file under another model's name: the error says whose it is.
    CommandLineRun wrong =
        CommandLineRun.of(
            "classify",
            golden("preprocess/images/cat-small.png"),
            "a cat",
            "a dog",
            "--model",
            "ViT-B-32",
            "--pretrained",
            model.resolve("open_clip_model.safetensors").toString());
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err()).contains("does not fit ViT-B-32").contains("weights of ViT-S-32-alt");
  }

  @Test
  void aCheckpointOfAnotherFamilyIsSaidToBeOne() {
    Map<String, String> families = Map.of("siglip", "ViT.*SigLIP.*", "coca", "coca_ViT-.*");
    families.forEach(
        (golden, model) -> {
          String file = golden("checkpoints/" + golden + "/open_clip_model.safetensors");
          CommandLineRun wrong =
              CommandLineRun.of(
                  "convert", file, folder.resolve(golden).toString(), "--model", "ViT-B-32");
          assertThat(wrong.code()).isEqualTo(1);
          assertThat(wrong.err())
              .contains("does not fit ViT-B-32")
              .containsPattern(
                  "The weights belong to the family of "
                      + model
                      + ", but no built-in model has their size");
          assertThat(CommandLineRun.of("inspect", file).out())
              .containsPattern("family +that of " + model);
        });
  }

  @Test
  void convertTurnsATrainingCheckpointIntoPlainTensors() {
    Path file = folder.resolve("plain.safetensors");

    CommandLineRun run = CommandLineRun.of("convert", TORCH, file.toString());

    assertThat(run.code()).as(run.err()).isZero();
    try (Weights converted = open(file);
        Weights expected = open(Path.of(SAFETENSORS))) {
      assertThat(converted.names()).hasSameSizeAs(expected.names());
      for (String name : expected.names()) {
        assertThat(converted.get("module." + name).data())
            .as(name)
            .isEqualTo(expected.get(name).data());
      }
    }
  }

  /** Writes the golden model as two files with an index. */
  private Path sharded() throws IOException {
    Map<String, Map<String, Tensor>> shards = new TreeMap<>();
    Map<String, String> places = new TreeMap<>();
    try (Weights weights = open(Path.of(SAFETENSORS))) {
      for (String name : weights.names()) {
        String shard = "part-%s.safetensors".formatted(places.size() % 2);
        places.put(name, shard);
        shards.computeIfAbsent(shard, s -> new TreeMap<>()).put(name, weights.get(name));
      }
      shards.forEach(
          (shard, tensors) ->
              SafetensorsWriter.write(
                  folder.resolve(shard), WeightSource.of(Weights.of(tensors)), Map.of()));
    }
    return Files.writeString(
        folder.resolve("whole.safetensors.index.json"),
        JsonObjects.write(Map.of("weight_map", places)));
  }

  /** Writes two arrays as NumPy's savez does. */
  private Path npz() throws IOException {
    Path file = folder.resolve("arrays.npz");
    try (OutputStream stream = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(stream)) {
      zip.setMethod(ZipEntry.STORED);
      for (String name : List.of("params/a", "params/b")) {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
        byte[] text = (header + " ".repeat(117 - header.length()) + "\n").getBytes(UTF_8);
        ByteBuffer array = ByteBuffer.allocate(10 + text.length + 24).order(LITTLE_ENDIAN);
        array.put((byte) 0x93).put("NUMPY".getBytes(UTF_8)).put((byte) 1).put((byte) 0);
        array.putShort((short) text.length).put(text);
        for (int i = 0; i < 6; i++) {
          array.putFloat(i + name.length());
        }
        ZipEntry entry = new ZipEntry(name + ".npy");
        CRC32 crc = new CRC32();
        crc.update(array.array());
        entry.setCrc(crc.getValue());
        entry.setSize(array.capacity());
        zip.putNextEntry(entry);
        zip.write(array.array());
      }
    }
    return file;
  }

  @Test
  void everyFormatIsListedAndConverted() throws IOException {
    Map<String, String> formats = new LinkedHashMap<>();
    formats.put(SAFETENSORS, "safetensors");
    formats.put(golden("checkpoints/vit-bfloat16/open_clip_model.safetensors"), "safetensors");
    formats.put(sharded().toString(), "safetensors-index");
    for (String name :
        List.of("open_clip_pytorch_model.bin", "half.bin", "legacy.pt", "epoch_3.pt")) {
      formats.put(golden("checkpoints/torch/" + name), "torch");
    }
    formats.put(npz().toString(), "npz");
    formats.forEach(
        (file, format) -> {
          CommandLineRun inspected = CommandLineRun.of("inspect", file, "--format", "json");
          assertThat(inspected.code()).as(inspected.err()).isZero();
          assertThat(inspected.objects()).singleElement().asString().contains("format=" + format);

          Path target = folder.resolve("converted.safetensors");
          CommandLineRun run = CommandLineRun.of("convert", file, target.toString(), "--force");
          assertThat(run.code()).as(run.err()).isZero();
          try (Weights converted = open(target);
              Weights expected = open(Path.of(file))) {
            assertThat(converted.names()).containsExactlyInAnyOrderElementsOf(expected.names());
            for (String name : expected.names()) {
              Tensor tensor = converted.get(name);
              assertThat(tensor).as(file + " " + name).hasToString(expected.get(name).toString());
              assertThat(tensor.data()).as(file + " " + name).isEqualTo(expected.get(name).data());
            }
          }
        });
  }

  @Test
  void whatIsNoCheckpointIsOneLine() throws IOException {
    Path none = Files.writeString(folder.resolve("notes.txt"), "no checkpoint at all");
    for (String file :
        List.of(
            golden("checkpoints/torch/evil.bin"),
            golden("checkpoints/torch/truncated.bin"),
            none.toString(),
            folder.resolve("missing.pt").toString())) {
      Path target = folder.resolve("never.safetensors");
      for (String[] command :
          List.of(new String[] {"inspect", file}, new String[] {"convert", file, "" + target})) {
        CommandLineRun run = CommandLineRun.of(command);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.errors()).singleElement().asString().contains(file);
        assertThat(target).doesNotExist();
      }
    }
  }

  @Test
  void convertRoundsToHalf() {
    Path file = folder.resolve("half.safetensors");

    assertThat(
            CommandLineRun.of("convert", SAFETENSORS, file.toString(), "--precision", "fp16")
                .code())
        .isZero();

    try (Weights converted = open(file);
        Weights expected =
            open(Path.of(golden("checkpoints/vit-float16/open_clip_model.safetensors")))) {
      for (String name : expected.names()) {
        assertThat(converted.get(name).type()).isEqualTo(DataType.FLOAT16);
        assertThat(converted.get(name).data()).as(name).isEqualTo(expected.get(name).data());
      }
    }
    Path upper = folder.resolve("upper.safetensors");
    CommandLineRun.of("convert", SAFETENSORS, upper.toString(), "--precision", "bf16");
    try (Weights converted = open(upper);
        Weights expected =
            open(Path.of(golden("checkpoints/vit-bfloat16/open_clip_model.safetensors")))) {
      for (String name : expected.names()) {
        assertThat(converted.get(name).data()).as(name).isEqualTo(expected.get(name).data());
      }
    }
  }

  @Test
  void convertLeavesWhatIsThere() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.safetensors"), "mine");

    CommandLineRun run = CommandLineRun.of("convert", SAFETENSORS, file.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--force");
    assertThat(file).hasContent("mine");
  }

  @Test
  void convertMakesAModelFolder() throws IOException {
    Path model = folder.resolve("made");
    assertThat(CommandLineRun.of("init", "ViT-S-32-alt", model.toString()).code()).isZero();
    Path copy = folder.resolve("copy");

    CommandLineRun run =
        CommandLineRun.of(
            "convert",
            model.resolve("open_clip_model.safetensors").toString(),
            copy.toString(),
            "--model",
            "ViT-S-32-alt",
            "--precision",
            "bf16");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(copy.resolve("open_clip_config.json")).exists();
    assertThat(Files.size(copy.resolve("open_clip_model.safetensors"))).isLessThan(130_000_000);
  }

  @Test
  void convertWritesAFolderForTransformers() {
    Path out = folder.resolve("siglip");
    CommandLineRun run =
        CommandLineRun.of(
            "convert", golden("checkpoints/siglip"), out.toString(), "--to", "transformers");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.lines()).contains(out.resolve("config.json").toString());
    assertThat(JsonObjects.read(out.resolve("config.json")))
        .containsEntry("architectures", List.of("SiglipModel"));
    assertThat(CommandLineRun.of("inspect", out.resolve("model.safetensors").toString()).code())
        .isZero();
  }

  @Test
  void convertNeedsTheNameOfTheModelOfACheckpointAlone() {
    CommandLineRun run =
        CommandLineRun.of(
            "convert", SAFETENSORS, folder.resolve("x").toString(), "--to=transformers");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("needs a model folder, or --model and a checkpoint");
  }
}

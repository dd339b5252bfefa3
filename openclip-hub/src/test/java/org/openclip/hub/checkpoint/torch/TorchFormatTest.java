package org.openclip.hub.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.TinyCatalogue;

/** Checkpoints of PyTorch made by hand: what the goldens do not have. */
class TorchFormatTest {
  @TempDir Path folder;

  private final TorchFormat format = new TorchFormat();
  private final Map<String, byte[]> members = new LinkedHashMap<>();

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private Path archive(int method) throws IOException {
    Path file = folder.resolve("x.pt");
    try (OutputStream stream = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(stream)) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        ZipEntry entry = new ZipEntry("x/" + member.getKey());
        entry.setMethod(method);
        CRC32 crc = new CRC32();
        crc.update(member.getValue());
        entry.setCrc(crc.getValue());
        entry.setSize(member.getValue().length);
        if (method == ZipEntry.STORED) {
          entry.setCompressedSize(member.getValue().length);
        }
        zip.putNextEntry(entry);
        zip.write(member.getValue());
        zip.closeEntry();
      }
    }
    return file;
  }

  private Weights open(Pickler pickler) throws IOException {
    members.put("data.pkl", pickler.end());
    return format.open(archive(ZipEntry.STORED));
  }

  @Test
  void viewsOfOneStorageAreGathered() throws IOException {
    // given: a matrix, its transpose, and a column
    members.put("data/0", floats(1, 2, 3, 4, 5, 6));
    Pickler p = new Pickler();
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("matrix", p.tensor("0", "FloatStorage", 6, 0, List.of(2, 3), List.of(3, 1)));
    state.put("transposed", p.tensor("0", "FloatStorage", 6, 0, List.of(3, 2), List.of(1, 3)));
    state.put("column", p.tensor("0", "FloatStorage", 6, 1, List.of(2), List.of(3)));
    state.put("row", p.tensor("0", "FloatStorage", 6, 3, List.of(3), List.of(1)));
    state.put("empty", p.tensor("0", "FloatStorage", 6, 0, List.of(0, 3), List.of(3, 1)));

    // when
    try (Weights weights = open(p.value(state))) {
      // then
      assertThat(weights.names()).containsExactlyElementsOf(state.keySet());
      assertThat(weights.get("matrix").toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(weights.get("transposed").toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(weights.get("column").toFloats()).containsExactly(2, 5);
      assertThat(weights.get("row").toFloats()).containsExactly(4, 5, 6);
      assertThat(weights.get("empty").shape()).containsExactly(0, 3);
    }
  }

  @Test
  void doublesAreNarrowedAsPyTorchDoesWhenItLoadsThem() throws IOException {
    ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    doubles.putDouble(0.1).putDouble(-2);
    members.put("data/0", doubles.array());
    Pickler p = new Pickler();

    try (Weights weights =
        open(p.value(Map.of("w", p.tensor("0", "DoubleStorage", 2, 0, List.of(2), List.of(1)))))) {
      assertThat(weights.get("w").type()).isEqualTo(DataType.FLOAT32);
      assertThat(weights.get("w").toFloats()).containsExactly(0.1f, -2);
    }
  }

  @Test
  void aScriptYieldsTheTensorsOfItsModules() throws IOException {
    members.put("constants.pkl", new Pickler().value(List.of()).end());
    members.put("data/0", floats(1, 2));
    Pickler p = new Pickler();
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("training", false);
    attributes.put("logit_scale", p.tensor("0", "FloatStorage", 2, 0, List.of(), List.of()));
    attributes.put(
        "visual",
        p.module(
            "clip.Visual",
            Map.of("proj", p.tensor("0", "FloatStorage", 2, 1, List.of(1), List.of(1)))));

    try (Weights weights = open(p.value(p.module("clip", attributes)))) {
      assertThat(weights.names()).containsExactly("logit_scale", "visual.proj");
      assertThat(weights.get("visual.proj").toFloats()).containsExactly(2);
    }
  }

  /** Lays a model out as OpenAI's archives have it: modules in modules, and facts beside them. */
  private Path openAi(Weights model) throws IOException {
    Pickler p = new Pickler();
    Map<String, Object> root = new LinkedHashMap<>();
    for (String name : model.names()) {
      Map<String, Object> module = root;
      String[] parts = name.split("\\.", -1);
      for (int i = 0; i < parts.length - 1; i++) {
        module = children(module, parts[i]);
      }
      module.put(parts[parts.length - 1], stored(p, model.get(name)));
    }
    for (String fact : List.of("input_resolution", "context_length", "vocab_size")) {
      root.put(fact, stored(p, Tensor.of(new long[] {77})));
    }
    members.put("constants.pkl", new Pickler().value(List.of()).end());
    members.put("data.pkl", p.value(modules(p, root)).end());
    return archive(ZipEntry.STORED);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> children(Map<String, Object> module, String name) {
    return (Map<String, Object>) module.computeIfAbsent(name, n -> new LinkedHashMap<>());
  }

  private static Runnable modules(Pickler p, Map<?, ?> attributes) {
    Map<String, Object> values = new LinkedHashMap<>();
    attributes.forEach((k, v) -> values.put("" + k, v instanceof Map<?, ?> m ? modules(p, m) : v));
    return p.module("multimodal.model", values);
  }

  /** Puts a tensor's numbers into the archive and returns the pickle of the tensor. */
  private Runnable stored(Pickler p, Tensor tensor) {
    String key = "" + members.size();
    byte[] bytes = new byte[tensor.data().remaining()];
    tensor.data().get(bytes);
    members.put("data/" + key, bytes);
    List<Integer> shape = new ArrayList<>();
    List<Integer> strides = new ArrayList<>();
    for (long size : tensor.shape()) {
      shape.add((int) size);
      strides.replaceAll(stride -> stride * (int) size);
      strides.add(1);
    }
    String type = tensor.type() == DataType.INT64 ? "LongStorage" : "FloatStorage";
    return p.tensor(key, type, (int) tensor.count(), 0, shape, strides);
  }

  @Test
  void anArchiveOfOpenAiIsNoModelWithGelu() throws IOException {
    PluginRegistry plugins = TinyCatalogue.plugins(folder.resolve("plugin"));
    Architecture tiny = OpenClip.model("tiny-16").plugins(plugins).architecture();
    Weights model = FreshWeights.hash(tiny).toWeights();
    Path file = openAi(model);

    try (Weights weights = format.open(file)) {
      assertThat(weights.names()).containsAll(model.names()).hasSize(model.names().size() + 3);
      Weights loaded = StateDict.load("x.pt", weights, "tiny-16", tiny);
      for (String name : model.names()) {
        assertThat(loaded.get(name).data()).as(name).isEqualTo(model.get(name).data());
      }
    }
    ModelBuilder builder = OpenClip.model("tiny-16").plugins(plugins).pretrained(file.toString());
    assertThatThrownBy(() -> builder.load().close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("x.pt is an OpenAI checkpoint, trained with QuickGELU")
        .hasMessageContaining("take tiny-16-quickgelu")
        .hasMessageContaining("--set quick_gelu=true");
    builder.override("quick_gelu", true).load().close();
  }

  @Test
  void aTrainingCheckpointYieldsItsModel() throws IOException {
    members.put("data/0", floats(7));
    Pickler p = new Pickler();
    Runnable tensor = p.tensor("0", "FloatStorage", 1, 0, List.of(1), List.of(1));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("epoch", 3);
    all.put("optimizer", Map.of("state", Map.of(0, Map.of("exp_avg", tensor))));
    all.put("state_dict", Map.of("module.w", tensor));

    try (Weights weights = open(p.value(all))) {
      assertThat(weights.names()).containsExactly("module.w");
    }
  }

  @Test
  void aTensorBeyondItsStorageIsRefused() {
    for (List<Integer> shape : List.of(List.of(3), List.of(Integer.MAX_VALUE), List.of(-1))) {
      members.put("data/0", floats(1, 2));
      Pickler p = new Pickler();
      Runnable tensor = p.tensor("0", "FloatStorage", 2, 0, shape, List.of(1));
      assertThatThrownBy(() -> open(p.value(Map.of("w", tensor))))
          .isInstanceOf(InvalidFileException.class);
    }
    Pickler p = new Pickler();
    Runnable expanded = p.tensor("0", "FloatStorage", 2, 0, List.of(1 << 30), List.of(0));
    assertThatThrownBy(() -> open(p.value(Map.of("w", expanded))))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("'w' [1073741824]");
    Pickler q = new Pickler();
    Runnable elsewhere = q.tensor("9", "FloatStorage", 2, 0, List.of(1), List.of(1));
    assertThatThrownBy(() -> open(q.value(Map.of("w", elsewhere))))
        .hasMessageContaining("storage 9, which is missing");
  }

  @Test
  void whatIsNoTensorIsRefusedByItsName() {
    for (String[] name :
        new String[][] {
          {"builtins", "eval"},
          {"os", "system"},
          {"torch", "load"},
          {"torch._utils", "_rebuild_sparse_tensor"},
          {"collections", "Counter"}
        }) {
      Pickler p = new Pickler().global(name[0], name[1]).value(List.of("echo")).raw('R');
      assertThatThrownBy(() -> open(p))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("'" + name[0] + "." + name[1] + "'")
          .hasMessageContaining("no code was run");
    }
  }

  @Test
  void mapsThatNameEachOtherOverAndOverEnd() {
    // Each map holds the one before twice: 2^60 ways lead to the innermost.
    Pickler p = new Pickler().value(Map.of("x", 1)).raw('q', 0);
    for (int i = 0; i < 60; i++) {
      p.raw('}').value("a").raw('h', i, 's').value("b").raw('h', i, 's', 'q', i + 1);
    }
    assertThatThrownBy(() -> open(p))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("values");
  }

  @Test
  void compressedTensorsAreRefusedWithARemedy() throws IOException {
    members.put("data.pkl", new Pickler().value(Map.of()).end());
    Path file = archive(ZipEntry.DEFLATED);
    assertThatThrownBy(() -> format.open(file))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("compressed");
  }

  @Test
  void aZipOfSomethingElseIsSaidToBeNoCheckpoint() throws IOException {
    members.put("readme.txt", new byte[3]);
    Path file = archive(ZipEntry.STORED);
    assertThatThrownBy(() -> format.open(file)).hasMessageContaining("holds no data.pkl");
  }
}

package org.openclip.hub.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.OpenClipException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

class SafetensorsTest {
  @TempDir Path folder;

  private final SafetensorsFormat format = new SafetensorsFormat();

  /** Writes a file by hand: a length, a header and zeros. */
  private Path file(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    return Files.write(folder.resolve("x.safetensors"), bytes.array());
  }

  @Test
  void whatIsWrittenIsReadBackInEveryType() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (DataType type : DataType.values()) {
      ByteBuffer data = Tensor.allocate(6L * type.bytes());
      for (int i = 0; i < data.capacity(); i++) {
        data.put(i, (byte) (i + 1));
      }
      tensors.put("a." + type, Tensor.of(type, data, 2, 3));
    }
    tensors.put("scalar", Tensor.of(new float[] {2.5f}));
    tensors.put("none", Tensor.of(new float[0], 0, 3));
    Path file = folder.resolve("new/folder/x.safetensors");

    SafetensorsWriter.write(
        file, WeightSource.of(Weights.of(tensors)), Map.of("note", "a \"quoted\" ü"));

    try (Weights read = format.open(file)) {
      assertThat(read.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
      tensors.forEach(
          (name, tensor) -> {
            assertThat(read.get(name)).hasToString(tensor.toString());
            assertThat(read.get(name).data()).isEqualTo(tensor.data());
          });
    }
    assertThat(SafetensorsFormat.metadata(file))
        .containsOnly(Map.entry("note", "a \"quoted\" ü"), Map.entry("format", "pt"));
  }

  @Test
  void equalTensorsMakeEqualFilesWhateverTheirOrder() throws IOException {
    Tensor a = Tensor.of(new float[] {1, 2}, 2);
    Tensor b = Tensor.of(new long[] {3}, 1);
    Map<String, Tensor> one = new LinkedHashMap<>();
    one.put("a", a);
    one.put("b", b);
    Map<String, Tensor> other = new LinkedHashMap<>();
    other.put("b", b);
    other.put("a", a);
    Path first = folder.resolve("1.safetensors");
    Path second = folder.resolve("2.safetensors");

    SafetensorsWriter.write(first, WeightSource.of(Weights.of(one)), Map.of());
    SafetensorsWriter.write(second, WeightSource.of(Weights.of(other)), Map.of());

    assertThat(Files.mismatch(first, second)).isEqualTo(-1);
  }

  @Test
  void tensorsLieWhereBackendsCanMapThem() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("a.scale", Tensor.of(new float[] {1}));
    tensors.put("b.odd", Tensor.of(new float[3 * 5], 3, 5));
    tensors.put("c.flag", Tensor.of(DataType.BOOL, Tensor.allocate(1), 1));
    tensors.put("d.weight", Tensor.of(new float[16 * 48], 16, 48));
    tensors.put("e.half", Tensor.of(DataType.FLOAT16, Tensor.allocate(2 * 7), 7));
    tensors.put("f.ids", Tensor.of(new long[9], 9));
    tensors.put("g.half", Tensor.of(DataType.BFLOAT16, Tensor.allocate(2 * 64), 64));
    tensors.put("h.none", Tensor.of(new float[0], 0, 3));
    for (int length = 0; length < 70; length++) {
      Path file = folder.resolve("x.safetensors");
      SafetensorsWriter.write(
          file, WeightSource.of(Weights.of(tensors)), Map.of("note", "x".repeat(length)));

      SafetensorsHeader header = FileBytes.read(file, SafetensorsHeader::read);
      assertThat(header.dataStart() % 64).isZero();
      assertThat(header.entries().keySet())
          .as("in the order of their bytes, scalars last")
          .containsExactly(
              "d.weight", "g.half", "h.none", "f.ids", "a.scale", "b.odd", "e.half", "c.flag");
      try (Weights read = format.open(file)) {
        tensors.forEach(
            (name, tensor) -> {
              ByteBuffer bytes = read.get(name).data();
              assertThat(bytes.isReadOnly()).as(name + " is mapped").isTrue();
              int wanted = tensor.bytes() % 64 == 0 ? 64 : tensor.type().bytes();
              assertThat(bytes.remaining() == 0 || bytes.alignmentOffset(0, wanted) == 0)
                  .as(name)
                  .isTrue();
            });
      }
    }
  }

  @Test
  void aWriteThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("x.safetensors");
    Files.writeString(file, "old");
    WeightSource failing =
        new WeightSource() {
          @Override
          public Map<String, TensorLayout> layout() {
            return Map.of("a", new TensorLayout(DataType.FLOAT32, List.of(2L)));
          }

          @Override
          public Tensor tensor(String name) {
            throw new OpenClipException("the disk of the source is gone");
          }
        };

    assertThatThrownBy(() -> SafetensorsWriter.write(file, failing, Map.of()))
        .hasMessageContaining("gone");

    assertThat(file).hasContent("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void tensorsLargerThanAMappingLieInPartsOfWholeRows() {
    float[] values = new float[50];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Path file = folder.resolve("x.safetensors");
    Map<String, Tensor> tensors =
        Map.of("large", Tensor.of(values, 10, 5), "small", Tensor.of(new float[] {7}, 1));
    SafetensorsWriter.write(file, WeightSource.of(Weights.of(tensors)), Map.of());

    try (Weights read = SafetensorsFormat.open(file, 70)) {
      Tensor large = read.get("large");
      assertThat(large.chunks()).extracting(ByteBuffer::remaining).containsExactly(60, 60, 60, 20);
      assertThat(large.toFloats()).containsExactly(values);
      assertThat(read.get("small").toFloats()).containsExactly(7);
    }
    assertThatThrownBy(() -> SafetensorsFormat.open(file, 16))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("row");
  }

  @Test
  void tensorsAtOddAddressesAreReadRight() throws IOException {
    Path file =
        file(
            "{\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"f\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[1,9]}}",
            9);
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, 1.5f);
    Files.write(file, bytes);

    try (Weights read = format.open(file)) {
      assertThat(read.get("f").toFloats()).containsExactly(0, 1.5f);
      assertThat(read.get("f").data().alignmentOffset(0, 4)).isZero();
      assertThat(read.get("f")).as("copied once").isSameAs(read.get("f"));
    }
  }

  @Test
  void closedWeightsSaySo() throws IOException {
    Weights weights =
        format.open(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4));
    weights.close();
    weights.close();

    assertThatThrownBy(() -> weights.get("a")).isInstanceOf(ClosedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // no object, an array, something after the object
        "[]",
        "{\"a\":1}",
        "{} {}",
        // a name twice, keys that are missing or unknown
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4],\"more\":1}}",
        // an unknown type, shapes that lie
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}",
        // ranges: reversed, with a gap, overlapping, not to the end
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
        "{}"
      })
  void headersThatBreakTheFormatAreRefused(String header) throws IOException {
    Path file = file(header, 8);

    assertThatThrownBy(() -> format.open(file))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void deepNestingIsRefusedBeforeItHurts() throws IOException {
    Path file = file("{\"a\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}", 0);

    assertThatThrownBy(() -> format.open(file)).isInstanceOf(InvalidFileException.class);
  }

  @Test
  void shardsAreReadThroughTheirIndex() throws IOException {
    SafetensorsWriter.write(
        folder.resolve("m-1.safetensors"),
        WeightSource.of(Weights.of(Map.of("a", Tensor.of(new float[] {1}, 1)))),
        Map.of());
    SafetensorsWriter.write(
        folder.resolve("m-2.safetensors"),
        WeightSource.of(Weights.of(Map.of("b", Tensor.of(new float[] {2}, 1)))),
        Map.of());
    Path index = folder.resolve("m.safetensors.index.json");
    Files.writeString(
        index, "{\"weight_map\": {\"a\": \"m-1.safetensors\", \"b\": \"m-2.safetensors\"}}");
    ShardedSafetensorsFormat sharded = new ShardedSafetensorsFormat();

    try (Weights weights = sharded.open(index)) {
      assertThat(weights.names()).containsExactly("a", "b");
      assertThat(weights.get("b").toFloats()).containsExactly(2);
    }
    Files.writeString(index, "{\"weight_map\": {\"a\": \"m-2.safetensors\"}}");
    assertThatThrownBy(() -> sharded.open(index))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("maps 'a' to m-2.safetensors, which does not contain it");
    Files.writeString(index, "{\"weight_map\": {\"a\": \"../secret.safetensors\"}}");
    assertThatThrownBy(() -> sharded.open(index))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("not a file in the same folder");
  }

  @Test
  void aLargeFileIsMappedAndNotRead() throws IOException {
    // 600 MB that take no room on the disk.
    long numbers = 150_000_000;
    String header =
        "{\"w\": {\"dtype\": \"F32\", \"shape\": [%s], \"data_offsets\": [0, %s]}}"
            .formatted(numbers, 4 * numbers);
    Path file = file(header, 0);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), 8 + header.length() + 4 * numbers - 1);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();

    try (Weights weights = format.open(file)) {
      assertThat(weights.get("w").count()).isEqualTo(numbers);
    }

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(64 << 20);
  }
}

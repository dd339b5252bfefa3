package org.openclip.hub.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.InvalidFileException;
import org.openclip.api.tensor.Weights;

/** Objects of Python beside a state dict do no harm; inside they are refused. */
class OtherObjectsTest {
  private static final byte[] STORAGE =
      ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(3).putFloat(-4).array();

  /** The number with which files without a zip begin. */
  private static final int[] MAGIC = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

  @TempDir Path folder;

  private final TorchFormat format = new TorchFormat();

  private static byte[] pickle(int protocol) throws IOException {
    try (InputStream packed =
            OtherObjectsTest.class.getResourceAsStream("objects-" + protocol + ".pkl.gz");
        InputStream in = new GZIPInputStream(Objects.requireNonNull(packed))) {
      return in.readAllBytes();
    }
  }

  private Path archive(byte[] pickle) throws IOException {
    Path file = folder.resolve("x.pt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> member :
          Map.of("x/data.pkl", pickle, "x/data/0", STORAGE).entrySet()) {
        ZipEntry entry = new ZipEntry(member.getKey());
        entry.setMethod(ZipEntry.STORED);
        CRC32 crc = new CRC32();
        crc.update(member.getValue());
        entry.setCrc(crc.getValue());
        entry.setSize(member.getValue().length);
        entry.setCompressedSize(member.getValue().length);
        zip.putNextEntry(entry);
        zip.write(member.getValue());
        zip.closeEntry();
      }
    }
    return file;
  }

  private Path legacy(byte[] pickle) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new Pickler().raw(0x8a, MAGIC.length).raw(MAGIC).end());
    out.writeBytes(new Pickler().raw('M', 1001 & 0xff, 1001 >> 8).end());
    out.writeBytes(new Pickler().value(Map.of("little_endian", true)).end());
    out.writeBytes(pickle);
    out.writeBytes(new Pickler().raw(']').value("0").raw('a').end());
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(2).array());
    out.writeBytes(STORAGE);
    return Files.write(folder.resolve("legacy.pt"), out.toByteArray());
  }

  private void assertHoldsTheTensor(Path file) {
    try (Weights weights = format.open(file)) {
      assertThat(weights.names()).containsExactly("w");
      assertThat(weights.get("w").toFloats()).containsExactly(3, -4);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5})
  void theStateDictIsReadWhateverLiesBesideIt(int protocol) throws IOException {
    byte[] pickle = pickle(protocol);
    assertHoldsTheTensor(archive(pickle));
    assertHoldsTheTensor(legacy(pickle));
  }

  @Test
  void whatIsUnknownInsideTheStateDictIsRefusedWithItsName() {
    List<Consumer<Pickler>> unknown =
        List.of(
            p -> p.global("argparse", "Namespace").raw(')', 0x81),
            p -> p.global("os", "system"),
            p -> p.global("os", "system").value(List.of("echo")).raw('R'),
            p -> p.raw(']').global("os", "system").value(List.of("echo")).raw('R', 'a'),
            p -> p.global("functools", "partial").raw(')', '}', 0x92).value(List.of()).raw('R'),
            p -> p.value("here").raw('Q'),
            p -> p.raw(0x82, 7));
    for (Consumer<Pickler> entry : unknown) {
      Pickler p = new Pickler().raw('}').value("state_dict").raw('}').value("entry");
      entry.accept(p);
      p.raw('s', 's');
      assertThatThrownBy(() -> format.open(archive(p.end())))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("as 'entry' of the state dict")
          .hasMessageContaining("no code was run");
    }
  }

  @Test
  void aStateDictThatIsTheResultOfACallIsRefused() {
    Pickler p = new Pickler().raw('}').value("state_dict");
    p.global("os", "system").value(List.of("echo")).raw('R', 's');
    assertThatThrownBy(() -> format.open(archive(p.end())))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("asks for 'os.system' as 'state_dict'");
  }

  @Test
  void oneListUnderManyNamesIsLookedAtOnce() throws IOException {
    // 100,000 entries that are the same list of 100,000 numbers: 10^10 steps if each were read.
    Pickler p = new Pickler().raw('}').value("state_dict").raw('}', '(').value("0").raw(']', '(');
    for (int i = 0; i < 100_000; i++) {
      p.raw('K', 1);
    }
    p.raw('e', 'q', 0);
    for (int i = 1; i < 100_000; i++) {
      p.value(i).raw('h', 0);
    }
    p.value("w");
    p.tensor("0", "FloatStorage", 2, 0, List.of(2), List.of(1)).run();
    assertHoldsTheTensor(archive(p.raw('u', 's').end()));
  }
}

package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.JavaProcess;

/** Weights that must be copied need neither a heap nor direct memory of their size. */
@Tag("once")
class SmallHeapTest {
  /** Most of its 25 million numbers are the table of tokens. */
  private static final Map<String, Object> CONFIG =
      Map.of(
          "embed_dim",
          64,
          "vision_cfg",
          Map.of("image_size", 32, "layers", 1, "width", 64, "patch_size", 8, "head_width", 64),
          "text_cfg",
          Map.of("context_length", 8, "vocab_size", 49408, "width", 512, "heads", 8, "layers", 1));

  @TempDir Path folder;

  /** Copies a checkpoint so that no float lies at a multiple of its size. */
  private static void shift(Path from, Path to) throws IOException {
    try (InputStream in = Files.newInputStream(from);
        OutputStream out = Files.newOutputStream(to)) {
      ByteBuffer length = ByteBuffer.wrap(in.readNBytes(8)).order(ByteOrder.LITTLE_ENDIAN);
      byte[] header = in.readNBytes((int) length.getLong(0));
      length.putLong(0, header.length + 1);
      out.write(length.array());
      out.write(header);
      out.write(' ');
      in.transferTo(out);
    }
  }

  @Test
  void unalignedWeightsOfTwiceTheHeapAreRead() throws Exception {
    Path plain = folder.resolve("plain");
    TinyModels.write(plain, CONFIG);
    Path shifted = Files.createDirectories(folder.resolve("shifted"));
    Files.copy(plain.resolve(ModelFolder.CONFIG), shifted.resolve(ModelFolder.CONFIG));
    shift(plain.resolve(ModelFolder.CHECKPOINT), shifted.resolve(ModelFolder.CHECKPOINT));
    assertThat(Files.size(shifted.resolve(ModelFolder.CHECKPOINT))).isGreaterThan(100 << 20);
    String expected;
    try (ClipModel model = OpenClip.load("local-dir:" + plain)) {
      expected = Arrays.toString(model.encodeTexts(List.of("a cat")).row(0));
    }

    JavaProcess.Run run =
        new JavaProcess(folder)
            .options("-Xmx48m", "-Djava.io.tmpdir=" + folder)
            .run(Program.class, shifted.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().strip()).isEqualTo(expected);
    try (var left = Files.list(folder)) {
      assertThat(left.filter(file -> file.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  /** What runs in little memory. */
  static final class Program {
    private Program() {}

    @SuppressWarnings("SystemOut") // a program of its own, whose output the test reads
    public static void main(String[] arguments) {
      try (ClipModel model = OpenClip.load("local-dir:" + arguments[0])) {
        System.out.println(Arrays.toString(model.encodeTexts(List.of("a cat")).row(0)));
      }
    }
  }
}

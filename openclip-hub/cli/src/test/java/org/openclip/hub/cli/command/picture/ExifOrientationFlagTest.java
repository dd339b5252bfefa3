package org.openclip.hub.cli.command.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

@Tag("once")
class ExifOrientationFlagTest {
  private static final Path TURNED = Fixtures.path("preprocess/images/cat-small-orientation6.jpg");

  @TempDir Path folder;

  private float[] embed(String model, String... more) throws Exception {
    Path matrix = folder.resolve("turned.npy");
    List<String> arguments =
        List.of("embed", "--model", model, "--raw", TURNED.toString(), "-o", matrix.toString());
    CommandLineRun run =
        CommandLineRun.of(
            Stream.concat(arguments.stream(), List.of(more).stream()).toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    return NpyFile.read(matrix)[0];
  }

  @Test
  void turnsPicturesOnlyWhenItIsAskedTo() throws Exception {
    String model = TinyModels.write(folder.resolve("tiny"));
    float[] turned;
    float[] stored;
    try (ClipModel asked = OpenClip.model(model).preprocess("exif_orientation", true).load();
        ClipModel plain = OpenClip.load(model)) {
      turned = asked.encodeImages(List.of(TURNED)).row(0);
      stored = plain.encodeImages(List.of(TURNED)).row(0);
    }
    assertThat(turned).isNotEqualTo(stored);

    assertThat(embed(model)).containsExactly(stored, within(1e-5f));
    assertThat(embed(model, "--exif-orientation")).containsExactly(turned, within(1e-5f));
  }
}

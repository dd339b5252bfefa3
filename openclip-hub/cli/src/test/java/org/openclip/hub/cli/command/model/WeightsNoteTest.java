package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.PretrainedTags;

/** The note that is told of weights which know little. */
class WeightsNoteTest {
  @TempDir Path folder;

  @Test
  void theNoteOnTheEmbeddedWeightsGoesWithThem() throws IOException {
    String name = PretrainedTags.embedded(PluginRegistry.create());
    Path copy = folder.resolve("copy");
    OpenClip.model(name).save(copy);
    Path changed = folder.resolve("changed");
    CommandLineRun.of(
        "convert",
        copy.resolve(ModelFolder.CHECKPOINT).toString(),
        changed.resolve(ModelFolder.CHECKPOINT).toString(),
        "--metadata",
        "openclip.note=is another\u001b[1m one");
    Files.copy(copy.resolve(ModelFolder.CONFIG), changed.resolve(ModelFolder.CONFIG));

    CommandLineRun unnamed = CommandLineRun.of("embed", "--text", "a");
    CommandLineRun named = CommandLineRun.of("embed", "--text", "a", "-m", name);
    CommandLineRun copied = CommandLineRun.of("embed", "--text", "a", "-m", copy.toString());
    CommandLineRun other = CommandLineRun.of("embed", "--text", "a", "-m", changed.toString());

    String note = ", which comes with OpenCLIP, knows emoji and little else; for photographs";
    assertThat(unnamed.err()).startsWith("openclip: note: " + name + note);
    assertThat(named.err()).isEqualTo(unnamed.err());
    assertThat(copied.err()).startsWith("openclip: note: " + copy + note);
    assertThat(other.err())
        .isEqualTo("openclip: note: %s, is another\\x1b[1m one%n".formatted(changed));
  }
}

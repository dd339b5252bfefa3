package org.openclip.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.testkit.DropInPlugin;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** The command line as a process on the module path, as shells and scripts see it. */
@Tag("once")
class CommandLineProcessTest {
  private static final String CAT = Fixtures.path("preprocess/images/cat.png").toString();

  @TempDir static Path folder;

  @BeforeAll
  static void writeModel() {
    TinyModels.write(folder.resolve("models/ViT-B-32"));
  }

  private static CommandLineRun run(String input, String... arguments) throws Exception {
    return CommandLineProcess.run(process(CommandLineProcess.command(arguments)), input);
  }

  /** Returns a process that takes the tiny model unless told otherwise. */
  private static ProcessBuilder process(List<String> command) {
    ProcessBuilder process = new ProcessBuilder(command).directory(folder.toFile());
    process.environment().put("OPENCLIP_MODEL", "ViT-B-32");
    process.environment().put("OPENCLIP_CACHE", folder.resolve("copies").toString());
    return process;
  }

  @Test
  void theMainJobNeedsNoMoreThanAPictureAndWords() throws Exception {
    ProcessBuilder process =
        process(CommandLineProcess.command("classify", CAT, "a cat", "a dog", "猫"));
    process.environment().remove("OPENCLIP_MODEL");

    CommandLineRun run = CommandLineProcess.run(process, "");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.lines()).hasSize(4).first().isEqualTo(CAT);
    assertThat(run.out()).contains("猫").contains("%").contains("█");
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .contains("emoji-RN, which comes with OpenCLIP, knows emoji and little else")
        .contains("--pretrained laion2b_s34b_b79k");
  }

  @Test
  void everyPictureFormatIsReadOnTheModulePath() throws Exception {
    for (String ending : List.of("bmp", "tiff", "webp")) {
      Files.copy(
          Fixtures.path("preprocess/images/cat-small." + ending),
          Files.createDirectories(folder.resolve("formats")).resolve("cat." + ending));
    }
    Files.copy(
        Fixtures.path("preprocess/images/cat-small-palette.gif"), folder.resolve("formats/c.gif"));
    Files.copy(
        Fixtures.path("preprocess/images/cat-small-cmyk.jpg"), folder.resolve("formats/c.jpg"));

    CommandLineRun run = run("", "embed", "formats");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.lines()).hasSize(5);
  }

  @Test
  void aPluginBesideItsModulesIsListed() throws Exception {
    Path jar = DropInPlugin.compile(Files.createDirectories(folder.resolve("plugin")));

    CommandLineRun run = CommandLineProcess.runWith(jar, folder, "models", "Brightness*");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("Brightness-S");
  }

  @Test
  void labelsAndTextsComeFromTheStandardInput() throws Exception {
    CommandLineRun labels =
        run("a cat\nein Kätzchen\n", "classify", CAT, "--labels", "-", "-f", "json");
    CommandLineRun texts = run("ein Kätzchen\n", "embed", "--texts", "-");

    assertThat(labels.code()).as(labels.err()).isZero();
    assertThat(labels.out()).contains("\"ein Kätzchen\"");
    assertThat(texts.objects()).hasSize(1);
    assertThat(texts.objects().get(0)).containsEntry("id", "ein Kätzchen");
  }

  @Test
  void failuresEndWithOneLineAndTheirExitCode() throws Exception {
    CommandLineRun failure = run("", "classify", "none.png", "a", "b");
    CommandLineRun usage = run("", "classify", CAT, "a", "b", "--top", "many");

    assertThat(failure.code()).isEqualTo(1);
    assertThat(failure.out()).isEmpty();
    assertThat(failure.err())
        .isEqualTo(
            "openclip: there is no file none.png in %s; check its name%n"
                .formatted(folder.toRealPath()));
    assertThat(usage.code()).isEqualTo(2);
    assertThat(usage.out()).isEmpty();
    assertThat(usage.err().lines()).hasSize(1);
  }

  @Test
  void noProgressIsDrawnIntoAFile() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("many"));
    for (int i = 0; i < 30; i++) {
      Files.copy(Path.of(CAT), pictures.resolve(i + ".png"));
    }

    CommandLineRun run = run("", "embed", "many", "--batch", "1", "-o", "many.npy");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isEmpty();
    assertThat(folder.resolve("many.npy")).exists();
  }

  @Test
  void aReaderThatGoesAwayEndsTheWorkInSilence() throws Exception {
    Path err = folder.resolve("pipe.err");
    Process process =
        new ProcessBuilder(CommandLineProcess.command("models", "--format", "json"))
            .redirectError(err.toFile())
            .start();

    process.getInputStream().close();

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(141);
    assertThat(err).isEmptyFile();
  }

  @Test
  void aModelIsLookedForInTheFolderOfItsNameAndElseTheRemedyIsNamed() throws Exception {
    CommandLineRun run = run("", "classify", CAT, "a", "b", "--model", "ViT-L-14");
    ProcessBuilder environment = process(CommandLineProcess.command("classify", CAT, "a", "b"));
    environment.environment().put("OPENCLIP_MODEL", "ViT-H-14");
    CommandLineRun named = CommandLineProcess.run(environment, "");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("there are no weights for ViT-L-14")
        .contains("set --pretrained to a tag or a checkpoint, or run")
        .contains("'openclip init ViT-L-14'");
    assertThat(named.err()).contains("there are no weights for ViT-H-14");
  }

  @Test
  void aFolderWithTheNameOfAModelIsSaid() throws Exception {
    Files.createDirectories(folder.resolve("ViT-S-16"));
    CommandLineRun run = run("", "info", "ViT-S-16");

    assertThat(run.code()).isZero();
    assertThat(run.err())
        .contains("note: using the model ViT-S-16, not the folder ViT-S-16")
        .contains("write " + Path.of(".", "ViT-S-16"));
  }

  @Test
  void aCharacterSetWithoutBlocksGetsNumberSignsAndJsonStaysUtf8() throws Exception {
    List<String> command = CommandLineProcess.command("classify", CAT, "a cat", "a dog");
    command.set(command.indexOf("-Dstdout.encoding=UTF-8"), "-Dstdout.encoding=US-ASCII");
    CommandLineRun table = CommandLineProcess.run(process(command), "");
    command.addAll(List.of("ein Kätzchen", "--format", "json"));
    CommandLineRun json = CommandLineProcess.run(process(command), "");

    assertThat(table.out()).contains("##").doesNotContain("█");
    assertThat(json.out()).contains("ein Kätzchen");
  }

  @Test
  void aSignalLeavesNothingHalfWritten() throws Exception {
    Path there = Files.createDirectories(folder.resolve("signal"));
    List<String> arguments = List.of("embed", "--images-from", "-", "-o", "signal/x.npy");
    Process process =
        process(CommandLineProcess.command(arguments.toArray(String[]::new)))
            .redirectErrorStream(true)
            .redirectOutput(there.resolve("log").toFile())
            .start();
    // It waits for the end of the list, with its files begun.
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (names(there).size() < 3 && process.isAlive() && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    assertThat(names(there)).hasSize(3).filteredOn(n -> n.endsWith(".part")).hasSize(2);

    process.destroy();

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(names(there)).containsExactly("log");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}

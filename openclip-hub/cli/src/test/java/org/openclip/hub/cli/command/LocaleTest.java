package org.openclip.hub.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** What programs read is the same in every locale; the whole suite runs in that of Egypt beside. */
@Tag("once")
class LocaleTest {
  private final Locale before = Locale.getDefault();

  @TempDir Path folder;

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  /** Returns the bytes of all that the commands write, by its name, and of what they say. */
  private Map<String, String> written(String locale) throws IOException {
    Locale.setDefault(Locale.forLanguageTag(locale));
    Path out = Files.createDirectories(folder.resolve(locale));
    String model = TinyModels.write(out.resolve("tiny"));
    String cat = Fixtures.path("preprocess/images/cat.png").toString();
    Map<String, String> written = new LinkedHashMap<>();
    for (List<String> command :
        List.of(
            List.of("init", "emoji-RN", out.resolve("fresh").toString()),
            List.of("inspect", out.resolve("fresh/open_clip_model.safetensors").toString()),
            List.of("info", model),
            List.of("models", "RN5*"),
            List.of("classify", cat, "a cat", "a dog", "--model", model),
            List.of("classify", cat, "a cat", "a dog", "--model", model, "--format", "json"),
            List.of("embed", cat, "--model", model),
            List.of("embed", cat, "--model", model, "-o", out.resolve("cat.npy").toString()))) {
      CommandLineRun run = CommandLineRun.of(command.toArray(String[]::new));
      written.put(
          command.get(0) + written.size(),
          (run.code() + run.out() + run.err()).replace(out.toString(), "OUT"));
    }
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        byte[] bytes = Files.readAllBytes(file);
        int header = Math.min(bytes.length, 1 << 16);
        written.put(
            out.relativize(file).toString(),
            bytes.length + new String(bytes, 0, header, StandardCharsets.ISO_8859_1));
      }
    }
    return written;
  }

  @ParameterizedTest
  @ValueSource(strings = {"fa-IR", "th-TH-u-nu-thai", "hi-IN-u-nu-deva", "tr-TR"})
  void digitsAndLettersOfALanguageAreInNothingThatProgramsRead(String locale) throws IOException {
    Map<String, String> expected = written("und");

    assertThat(expected.keySet()).contains("tiny/open_clip_model.safetensors", "cat.npy");
    assertThat(written(locale)).isEqualTo(expected);
  }
}

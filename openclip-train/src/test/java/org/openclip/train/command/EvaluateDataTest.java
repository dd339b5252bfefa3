package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.train.shard.TarFiles;

/** {@code openclip evaluate} on everything that {@code openclip train} takes. */
class EvaluateDataTest {
  private static final List<String> COLOURS = List.of("black", "blue", "green", "red");

  @TempDir static Path folder;

  @BeforeAll
  static void makeData() throws IOException {
    List<Color> colours = List.of(Color.BLACK, Color.BLUE, Color.GREEN, Color.RED);
    StringBuilder table = new StringBuilder("filepath\ttitle\n");
    Map<String, byte[]> lines = new LinkedHashMap<>();
    Map<String, byte[]> classes = new LinkedHashMap<>();
    for (int i = 0; i < 4; i++) {
      Path inner = Files.createDirectories(folder.resolve("classes/" + COLOURS.get(i)));
      for (int j = 0; j < 3; j++) {
        byte[] picture = ColourRuns.picture(colours.get(i), j);
        Path file = Files.write(inner.resolve(j + ".png"), picture);
        List<String> captions = new ArrayList<>();
        for (int k = 0; k < 5; k++) {
          captions.add("picture %s of %s, said %s times".formatted(j, COLOURS.get(i), k));
          table.append(file).append('\t').append(captions.get(k)).append('\n');
        }
        String name = "%s%s".formatted(i, j);
        lines.put(name + ".png", picture);
        lines.put(name + ".txt", TarFiles.text(String.join("\n", captions) + "\n\n"));
        classes.put(name + ".png", picture);
        classes.put(name + ".cls", TarFiles.text(" " + i + "\n"));
      }
    }
    Files.writeString(folder.resolve("five.tsv"), table);
    Files.writeString(folder.resolve("names.txt"), String.join("\n", COLOURS));
    TarFiles.write(folder.resolve("lines.tar"), lines);
    TarFiles.write(folder.resolve("classes.tar"), classes);
    for (String bad : List.of("9", "-1", "blue", "")) {
      classes.put("bad" + bad + ".png", classes.get("00.png"));
      classes.put("bad" + bad + ".cls", TarFiles.text(bad));
    }
    TarFiles.write(folder.resolve("bad.tar"), classes);
  }

  private static ColourRuns.Run run(String... more) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "-m", "emoji-RN", "-f", "json"));
    arguments.addAll(List.of("--backend", "onnx", "--template", "a {}"));
    arguments.addAll(List.of(more));
    return ColourRuns.Run.of(arguments.toArray(String[]::new));
  }

  private static Map<String, Object> metrics(String... more) throws IOException {
    ColourRuns.Run run = run(more);
    assertThat(run.code()).as(run.err()).isZero();
    return JSON.std.mapFrom(run.out());
  }

  private static double number(Map<String, Object> metrics, String name) {
    return ((Number) Objects.requireNonNull(metrics.get(name), name)).doubleValue();
  }

  @Test
  void equalPicturesAreOnePictureWithSeveralCaptions() throws IOException {
    String table = folder.resolve("five.tsv").toString();
    Map<String, Object> five = metrics("--val-data", table, "--csv-separator", "\\t");

    assertThat(number(five, "retrieval_pictures")).isEqualTo(12);
    assertThat(number(five, "retrieval_captions")).isEqualTo(60);
    // Of five captions one alone is the pair's; a picture has all five for its own.
    assertThat(number(five, "image_to_text_R@1")).isLessThanOrEqualTo(0.2);
    assertThat(number(five, "text_retrieval_recall@1"))
        .isGreaterThanOrEqualTo(number(five, "image_to_text_R@1") * 5 - 1e-9);
    assertThat(number(five, "image_retrieval_recall@10")).isGreaterThan(0.8);

    Map<String, Object> lines = metrics("--val-data", folder.resolve("lines.tar").toString());
    assertThat(lines).isEqualTo(five);
  }

  @Test
  void foldersAreMeasuredByToo() throws IOException {
    Map<String, Object> found =
        metrics("--val-data", folder.resolve("classes").toString(), "--dataset-type", "folder");
    assertThat(number(found, "retrieval_captions")).isEqualTo(12);
    assertThat(run("--val-data", folder.resolve("none.xyz").toString()).err())
        .contains("--dataset-type auto supports");
  }

  @Test
  void shardsTrainAndJudgeALinearProbe() throws IOException {
    String pictures = folder.resolve("classes").toString();
    String shards = folder.resolve("classes.tar").toString();
    String names = folder.resolve("names.txt").toString();
    Map<String, Object> folders = metrics("--folder", pictures, "--linear-probe", pictures);

    Map<String, Object> both =
        metrics("--folder", shards, "--linear-probe", shards, "--class-names", names);

    assertThat(both).isEqualTo(folders);
    assertThat(number(both, "linear_probe_top1")).isGreaterThan(0.9);
    assertThat(run("--folder", pictures, "--linear-probe", shards).err())
        .contains("--class-names FILE");
    assertThat(run("--val-data", shards, "--linear-probe", pictures).err())
        .contains("need --folder or --imagenet-val");
  }

  @Test
  void aBadClassNamesItsSample() throws IOException {
    String bad = folder.resolve("bad.tar").toString();
    String[] flags = {"--folder", bad, "--class-names", folder.resolve("names.txt").toString()};
    ColourRuns.Run run = run(flags);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("4 samples were skipped, the first: " + bad + "/bad9: ")
        .contains("the class '9' is not a number from 0 to 3");
    Map<String, Object> found = JSON.std.mapFrom(run.out());
    assertThat(number(found, "pictures")).isEqualTo(12);
    assertThat(number(found, "left_out")).isEqualTo(4);
    Map<String, byte[]> alone = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder.resolve("classes/red"))) {
      alone.put("x.png", Files.readAllBytes(files.findFirst().orElseThrow()));
    }
    alone.put("x.cls", TarFiles.text("7"));
    String one = TarFiles.write(folder.resolve("one.tar"), alone).toString();
    ColourRuns.Run none = run("--folder", one, "--class-names", flags[3]);
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains(one + "/x: the class '7'");
  }
}

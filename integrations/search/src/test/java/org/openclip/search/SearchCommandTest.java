package org.openclip.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;

/** The commands index and search over pictures of every format that is read. */
@Tag("once")
class SearchCommandTest {
  @TempDir static Path folder;
  private static Path photos;
  private static Path index;
  private static Pictures.Ran indexed;

  @BeforeAll
  static void indexPictures() throws IOException {
    photos = folder.resolve("photos");
    index = folder.resolve("photos.index");
    for (Path golden : Pictures.goldens()) {
      Pictures.copy(golden, photos, golden.getFileName().toString());
    }
    Pictures.copy(Pictures.smile(), photos.resolve("faces"), "smile.png");
    Files.writeString(photos.resolve("faces/smile.txt"), "A smiling face\n");
    Files.writeString(photos.resolve("letter.txt"), "no caption of a picture");
    Files.writeString(photos.resolve("broken.png"), "no picture");
    Files.writeString(
        folder.resolve("facts.jsonl"),
        """
        {"path": "cat.png", "caption": "a cat", "tags": ["animal", "big"], "year": 2020}
        {"path": "cat-small.png", "tags": "animal; small", "year": 2021, "owner": "me"}
        {"path": "nobody.png", "year": 1}
        """);
    indexed =
        Pictures.run(
            "index",
            photos,
            "-o",
            index,
            "--captions",
            "--metadata",
            folder.resolve("facts.jsonl"));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> results(Object... arguments) {
    Object[] all = new Object[arguments.length + 4];
    all[0] = "search";
    all[1] = index;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    all[all.length - 2] = "-f";
    all[all.length - 1] = "json";
    Pictures.Ran ran = Pictures.run(all);
    assertThat(ran.code()).as(ran.err()).isZero();
    return (List<Map<String, Object>>) ran.object().get("results");
  }

  private static List<String> names(List<Map<String, Object>> results) {
    return results.stream()
        .map(r -> photos.relativize(Path.of(String.valueOf(r.get("path")))).toString())
        .toList();
  }

  @Test
  void indexSaysWhatItDidAndWhatIsWrong() {
    assertThat(indexed.code()).as(indexed.err()).isZero();
    assertThat(indexed.out())
        .isEqualTo(
            "%s: %s pictures, %s added, 1 failed%n"
                .formatted(index, Pictures.goldens().size() + 1, Pictures.goldens().size() + 1));
    assertThat(indexed.err())
        .contains("skipped: " + photos.resolve("broken.png"))
        .contains("1 lines of " + folder.resolve("facts.jsonl") + " match no picture");
  }

  @Test
  void everyFormatGoesInAsEmbedEncodesIt() {
    try (ClipModel model = OpenClip.load();
        PictureIndex open = PictureIndex.open(index)) {
      for (Path golden : Pictures.goldens()) {
        Path copied = photos.resolve(golden.getFileName());
        assertThat(open.vector(FolderUpdate.key(copied)).orElseThrow())
            .as(golden.toString())
            .usingComparatorWithPrecision(2e-5f)
            .containsExactly(model.embed(golden));
      }
    }
  }

  @Test
  void wordsAndPicturesFindPictures() {
    List<Map<String, Object>> found = results("a smiling face", "--top", 3);

    assertThat(names(found)).hasSize(3).startsWith("faces/smile.png");
    assertThat(found.get(0)).containsEntry("rank", 1).containsEntry("caption", "A smiling face");
    assertThat(names(results(Pictures.golden("cat-small.bmp"), "--top", 4)))
        .containsExactlyInAnyOrder(
            "cat-small.bmp", "cat-small.png", "cat-small.tiff", "cat-small-lossless.webp");
  }

  @Test
  void queriesAreMixedWeighedAndTurnedAround() {
    Path cat = Pictures.golden("cat-small.png");
    assertThat(names(results(cat, "a smiling face", "--weights", "0.05,1", "--top", 1)))
        .containsExactly("faces/smile.png");
    assertThat(names(results(cat, "a smiling face", "--weights", "1,0.05", "--top", 1)).get(0))
        .startsWith("cat");
    List<String> like = names(results("--like", photos.resolve("cat-small.png"), "--top", 5));
    assertThat(like).hasSize(5).doesNotContain("cat-small.png").allMatch(n -> n.startsWith("cat"));
    double with = (double) results("a smiling face", "--top", 1).get(0).get("cosine");
    double without =
        (double)
            results("a smiling face", "--not", Pictures.smile(), "--filter", "path=smile.png")
                .get(0)
                .get("cosine");
    assertThat(without).isLessThan(with);
  }

  @Test
  void filtersAndFormatsWork() throws IOException {
    assertThat(names(results("a cat", "--filter", "tag=animal")))
        .containsExactlyInAnyOrder("cat.png", "cat-small.png");
    assertThat(names(results("a cat", "--filter", "tag=animal", "--filter", "year>2020")))
        .containsExactly("cat-small.png");
    assertThat(names(results("a cat", "--filter", "caption=smiling")))
        .containsExactly("faces/smile.png");

    Pictures.Ran csv = Pictures.run("search", index, "a cat", "--filter", "tag=big", "-f", "csv");
    assertThat(csv.out().lines())
        .satisfiesExactly(
            head -> assertThat(head).isEqualTo("rank,cosine,path,caption,tags"),
            row ->
                assertThat(row).matches("1,-?0\\.\\d{6}," + photos + "/cat.png,a cat,animal;big"));
    Pictures.Ran none = Pictures.run("search", index, "a cat", "--filter", "tag=none");
    assertThat(none.out()).contains("no picture matches the filters");
  }

  @Test
  void sheetsShowWhatWasFound() throws IOException {
    Path png = folder.resolve("sheet.png");
    Path html = folder.resolve("sheet.html");
    assertThat(Pictures.run("search", index, "a <b>cat</b>", "--top", 7, "--sheet", png).code())
        .isZero();
    Pictures.run("search", index, "a <b>cat</b>", "--top", 70, "--sheet", html);

    BufferedImage drawn = ImageIO.read(png.toFile());
    assertThat(drawn.getWidth()).isGreaterThan(1000);
    assertThat(drawn.getHeight()).isGreaterThan(400);
    String page = Files.readString(html);
    assertThat(page).contains("a &#60;b&#62;cat&#60;/b&#62;").doesNotContain("<b>");
    assertThat(page.split("<img ", -1)).hasSize(Pictures.goldens().size() + 2);
    assertThat(page).doesNotContain("http");
  }

  @Test
  void duplicatesAreGroupedAndEverythingGetsALabel() {
    Pictures.Ran groups = Pictures.run("duplicates", index, "--threshold", "0.9999", "-f", "jsonl");
    assertThat(groups.code()).as(groups.err()).isZero();
    assertThat(groups.out())
        .contains(
            "\"%s/cat-small-lossless.webp\",\"%s/cat-small.bmp\",\"%s/cat-small.png\""
                .formatted(photos, photos, photos));
    assertThat(Pictures.run("duplicates", index).out()).contains("cosines with the first from");

    Pictures.Ran labels =
        Pictures.run("label", index, "a smiling face", "a pizza", "a red heart", "a house");
    assertThat(labels.code()).as(labels.err()).isZero();
    assertThat(labels.out().lines()).hasSize(Pictures.goldens().size() + 2);
    assertThat(labels.out().lines())
        .startsWith("path,rank,label,probability")
        .anyMatch(line -> line.matches(".*/faces/smile.png,1,a smiling face,(0\\.9\\d*|1.0)"));
    assertError(2, "at least two labels", "label", index, "a face");
  }

  @Test
  void clustersHoldEveryPictureOnce() {
    Path sheet = folder.resolve("clusters.html");
    Pictures.Ran rows =
        Pictures.run("clusters", index, "--count", 5, "-f", "csv", "--sheet", sheet, "--seed", 1);
    assertThat(rows.code()).as(rows.err()).isZero();
    assertThat(rows.out().lines()).startsWith("cluster,path,cosine").doesNotHaveDuplicates();
    assertThat(rows.out().lines()).hasSize(Pictures.goldens().size() + 2);
    assertThat(sheet).content().contains("clusters of " + index, "<figure>");
    Pictures.Ran objects =
        Pictures.run("clusters", index, "--count", 5, "-f", "jsonl", "--seed", 1);
    assertThat(objects.out()).contains("\"cluster\":1,", "\"mean_cosine\":", "\"central\":[");
    assertThat(Pictures.run("clusters", index).out())
        .contains("cluster 1: ", "mean cosine with the centre");
    assertError(1, "allows from 2 to", "clusters", index, "--count", 1);
    assertError(2, "must be from 1 to 1000", "clusters", index, "--central", 0);
  }

  @Test
  void wrongUsageIsSaid() {
    assertError(2, "give a query", "search", index);
    assertError(2, "a query is empty", "search", index, " ");
    assertError(1, "picture none.jpg does not exist", "search", index, "none.jpg");
    assertError(1, "there is no file", "search", folder.resolve("none"), "a cat");
    assertError(1, "is not an index", "search", photos, "a cat");
    assertError(1, "yaer", "search", index, "a cat", "--filter", "yaer=1");
    assertError(2, "--weights has 1 numbers", "search", index, "a", "b", "--weights", "1");
    assertError(1, "is not in the index", "search", index, "--like", "none.jpg");
    assertError(2, "must end in .html or .png", "search", index, "a", "--sheet", "x.gif");
    assertError(1, "must be from 1", "search", index, "a", "--top", 0);
    assertError(1, "cancel each other", "search", index, "a", "--not", "a", "--not-weight", 1);
    assertError(2, "give at least one folder", "index", "-o", index);
    assertError(1, "cannot be compared", "search", index, "a", "--precision", "bf16");
    assertError(1, "cannot be compared", "index", photos, "-o", index, "--precision", "bf16");
    assertError(1, "no picture", "index", index, "-o", folder.resolve("other"));
  }

  private static void assertError(int code, String message, Object... arguments) {
    Pictures.Ran ran = Pictures.run(arguments);
    assertThat(ran.code()).as(ran.err()).isEqualTo(code);
    assertThat(ran.err()).contains(message);
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void theModelOfAnIndexIsTheOneItWasMadeWith() {
    Path half = folder.resolve("half.index");
    Pictures.run("index", photos.resolve("faces"), "-o", half, "--precision", "bf16");

    Pictures.Ran ran = Pictures.run("search", half, "a smiling face", "-f", "json");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.object().get("fingerprint")).asString().startsWith("oc1-");
  }

  @Test
  void indexesAreMergedForgottenAndRepairedWithoutAModel() {
    Path faces = folder.resolve("faces.index");
    Path all = folder.resolve("all.index");
    Pictures.run("index", photos.resolve("faces"), "-o", faces);

    Pictures.Ran merged = Pictures.run("index", "-o", all, "--merge", faces, "--merge", index);
    int size = Pictures.goldens().size() + 1;
    assertThat(merged.out()).contains(size + " pictures, " + size + " merged");
    Pictures.Ran forgotten =
        Pictures.run("index", "-o", all, "--forget", photos.resolve("faces"), "--compact");
    assertThat(forgotten.out()).contains((size - 1) + " pictures, 1 forgotten");
    Pictures.Ran repaired = Pictures.run("index", "-o", all, "--repair", "-f", "json");
    assertThat(repaired.object()).containsEntry("lost", 0).containsEntry("kept", size - 1);
  }
}

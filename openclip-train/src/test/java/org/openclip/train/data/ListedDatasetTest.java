package org.openclip.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.folder.LabelledFolder;
import org.openclip.train.table.CsvFile;

class ListedDatasetTest {
  @TempDir Path folder;

  private Path csv(String text) throws IOException {
    return Files.writeString(folder.resolve("data.csv"), text);
  }

  @Test
  void aTableNamesPicturesAndCaptions() throws IOException {
    Files.write(folder.resolve("a.png"), new byte[] {1, 2});
    Path file = csv("id\ttitle\tfilepath\n1\t\"tab\there\"\ta.png\n2\tzwei\t/none.png\n");

    List<Sample> samples = CsvFile.read(file, '\t', "filepath", "title");

    SplittableRandom random = new SplittableRandom(1);
    assertThat(samples.get(0).caption().read(random)).isEqualTo("tab\there");
    assertThat(samples.get(1).caption().read(random)).isEqualTo("zwei");
    assertThat(samples.get(0).picture().read()).containsExactly(1, 2);
    assertThatThrownBy(() -> samples.get(1).picture().read()).isInstanceOf(IOException.class);
  }

  @Test
  void wrongTablesAreRefusedWithARemedy() throws IOException {
    assertThatThrownBy(() -> CsvFile.read(csv("file,title\na,b\n"), ',', "filepath", "title"))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("no column 'filepath'")
        .hasMessageContaining("--csv-img-key");
    assertThatThrownBy(
            () -> CsvFile.read(csv("filepath\ttitle\nonly\n"), '\t', "filepath", "title"))
        .hasMessageContaining("row 2 has 1 cells")
        .hasMessageContaining("--csv-separator");
    assertThatThrownBy(() -> CsvFile.read(csv("filepath\ttitle\n"), '\t', "filepath", "title"))
        .hasMessageContaining("no rows");
    assertThatThrownBy(() -> CsvFile.read(folder.resolve("none"), '\t', "filepath", "title"))
        .isInstanceOf(InvalidFileException.class);
    assertThatThrownBy(
            () ->
                CsvFile.read(
                    "http://127.0.0.1:1/x.csv", new RemoteFiles(), '\t', "filepath", "title"))
        .hasMessageContaining("ConnectException");
    assertThatThrownBy(() -> new ListedDataset(List.of(), true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("empty");
  }

  @Test
  void ranksShareAPermutation() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 31; i++) {
      samples.add(new Sample("k" + i, Sample.Picture.of(new byte[0]), "c" + i));
    }
    ListedDataset dataset = new ListedDataset(samples, true);
    List<String> all = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      try (SampleStream stream = dataset.open(new Order(1, 2, rank, 2), new Faults())) {
        for (Sample s = stream.next(); s != null; s = stream.next()) {
          all.add(s.key());
        }
      }
    }
    assertThat(all).hasSize(31).doesNotHaveDuplicates();
    assertThat(all).isNotEqualTo(samples.stream().map(Sample::key).toList());
  }

  @Test
  void foldersAreClasses() throws IOException {
    Files.createDirectories(folder.resolve("train/cat/deep"));
    Files.createDirectories(folder.resolve("train/apple"));
    Files.write(folder.resolve("train/cat/deep/x.JPEG"), new byte[1]);
    Files.write(folder.resolve("train/cat/notes.txt"), new byte[1]);
    Files.write(folder.resolve("train/apple/y.png"), new byte[1]);

    LabelledFolder listed = LabelledFolder.list(folder.resolve("train"));

    assertThat(listed.classes()).containsExactly("apple", "cat");
    assertThat(listed.labels()).containsExactly(0, 1);
    assertThat(listed.files().get(1)).hasFileName("x.JPEG");
    assertThatThrownBy(() -> LabelledFolder.list(folder.resolve("train/apple")))
        .hasMessageContaining("one for each class");
  }

  @Test
  void aTableNamesPicturesElsewhere() throws IOException {
    Path picture = Files.write(folder.resolve("a.png"), new byte[] {1, 2});
    Path file = csv("title\tfilepath\none\t" + picture.toUri() + "\ntwo\ta.png\n");

    List<Sample> samples =
        CsvFile.read(file.toUri().toString(), new RemoteFiles(), '\t', "filepath", "title");

    assertThat(samples.get(0).picture().read()).containsExactly(1, 2);
    assertThat(samples.get(1).picture().read()).containsExactly(1, 2);
  }
}

package org.openclip.train.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.train.data.Sample;

class PictureTreeTest {
  private static final SplittableRandom RANDOM = new SplittableRandom(1);

  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return write(folder, name, text);
  }

  private static Path write(Path root, String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.writeString(file, text);
  }

  private static List<String> captions(List<Sample> samples) throws IOException {
    List<String> captions = new ArrayList<>();
    for (Sample sample : samples) {
      captions.add(sample.caption().read(RANDOM));
    }
    return captions;
  }

  @Test
  void captionsLieBesideTheirPictures() throws IOException {
    write("a/cat.v2.jpg", "1");
    write("a/cat.v2.txt", "a cat\n");
    write("dog.PNG", "22");
    write("dog.TXT", "\uFEFFein Hund – groß\r\nzwei Zeilen\r\n");
    write("a/._cat.v2.jpg", "a file that macOS leaves");
    write(".thumbnails/x.jpg", "hidden");
    write("LICENSE.txt", "of no picture");

    PictureTree tree = PictureTree.list(folder);

    assertThat(tree.isCaptioned()).isTrue();
    assertThat(tree.folders()).containsExactly("a");
    assertThat(tree.captionsAlone()).containsExactly(folder.resolve("LICENSE.txt"));
    List<Sample> samples = tree.samples();
    assertThat(samples)
        .extracting(Sample::key)
        .containsExactly(
            folder.resolve("a/cat.v2.jpg").toString(), folder.resolve("dog.PNG").toString());
    assertThat(captions(samples)).containsExactly("a cat", "ein Hund – groß\r\nzwei Zeilen");
    assertThat(samples.get(1).picture().read()).containsExactly('2', '2');
  }

  @Test
  void captionsThatAreNoneAreSaidWhenTheyAreRead() throws IOException {
    for (String name : List.of("empty", "binary", "long")) {
      write(name + ".png", "");
    }
    write("empty.txt", " \n");
    Files.write(folder.resolve("binary.txt"), new byte[] {(byte) 0xff, 0, 1});
    write("long.txt", "x".repeat((1 << 20) + 1));

    List<Sample> samples = PictureTree.list(folder).samples();

    assertThatThrownBy(() -> samples.get(0).caption().read(RANDOM))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> samples.get(1).caption().read(RANDOM))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("empty.txt is empty");
    assertThatThrownBy(() -> samples.get(2).caption().read(RANDOM))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("more than 1048576 bytes");
  }

  @Test
  void whatIsNeitherOfBothFormsIsRefused() throws IOException {
    assertThatThrownBy(() -> PictureTree.list(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none");
    write("notes.txt", "no picture");
    assertThatThrownBy(() -> PictureTree.list(folder.resolve("notes.txt")))
        .hasMessageContaining("is a file, but a folder of pictures is expected");
    assertThatThrownBy(() -> PictureTree.list(folder).isCaptioned())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("contains no pictures (bmp, ")
        .hasMessageContaining(".txt file of the same name");

    write("red/1.png", "");
    assertThat(PictureTree.list(folder).isCaptioned()).isFalse();
    Path loose = write("2.png", "");
    assertThatThrownBy(() -> PictureTree.list(folder).isCaptioned())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(loose + " has no caption: there is no ")
        .hasMessageContaining("in a class folder of");
    write("2.txt", "two");
    assertThatThrownBy(() -> PictureTree.list(folder).isCaptioned())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 of the 2 pictures")
        .hasMessageContaining(folder.resolve("red/1.png") + " has none")
        .hasMessageContaining("write " + folder.resolve("red/1.txt"))
        .hasMessageContaining("remove all .txt files");
  }

  @Test
  void linksAreFollowedAndCirclesAreNot() throws IOException {
    Path there = Files.createDirectories(folder.resolve("there/red"));
    Path here = Files.createDirectories(folder.resolve("here"));
    write("there/red/1.png", "");
    try {
      Files.createSymbolicLink(here.resolve("red"), there);
    } catch (IOException | UnsupportedOperationException e) {
      assumeThat(e).as("symbolic links").isNull();
    }

    assertThat(LabelledFolder.list(here).classes()).containsExactly("red");
    Files.createSymbolicLink(there.resolve("up"), folder.resolve("there"));
    Files.createSymbolicLink(here.resolve("lost.png"), folder.resolve("none.png"));
    PictureTree tree = PictureTree.list(here);
    assertThat(tree.pictures()).containsExactly(here.resolve("red/1.png"));
    assertThat(tree.passedOver(false).orElseThrow())
        .contains("2 files are passed over")
        .contains("1 linked back", "1 linked nowhere");
  }

  @Test
  void theFolderMayLieInAnyFileSystem() throws IOException {
    try (FileSystem zip =
        FileSystems.newFileSystem(folder.resolve("data.zip"), Map.of("create", "true"))) {
      Path root = zip.getPath("/data");
      write(root, "red/1.png", "1");
      write(root, "red/deep/2.png", "2");
      write(root, "blue/3.png", "3");

      LabelledFolder classes = LabelledFolder.of(PictureTree.list(root));

      assertThat(classes.classes()).containsExactly("blue", "red");
      assertThat(classes.labels()).containsExactly(0, 1, 1);
      for (String name : List.of("red/1", "red/deep/2", "blue/3")) {
        write(root, name + ".txt", "caption of " + name);
      }
      assertThat(captions(PictureTree.list(root).samples()))
          .containsExactly("caption of blue/3", "caption of red/1", "caption of red/deep/2");
    }
  }
}

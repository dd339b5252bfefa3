package org.openclip.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;

class LabelledFolderTest {
  @TempDir Path folder;

  private void picture(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[1]);
  }

  @Test
  void foldersNumberedByTheLinesOfAListNeedNotBeComplete() throws IOException {
    picture("0002/a.png");
    picture("0002/b.png");
    picture("0000/c.png");

    LabelledFolder pictures = LabelledFolder.list(folder).numbered(4);

    assertThat(pictures.labels()).containsExactly(0, 2, 2);
    assertThat(pictures.files())
        .extracting(f -> f.getFileName().toString())
        .containsExactly("c.png", "a.png", "b.png");
  }

  @Test
  void aFolderThatIsNoNumberOfAClassIsNamed() throws IOException {
    picture("0004/a.png");

    assertThatThrownBy(() -> LabelledFolder.list(folder).numbered(4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("folder '0004' is not the number of one of the 4 class names")
        .hasMessageContaining("from 0 to 3");
  }
}

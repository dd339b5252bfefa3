package org.openclip.train.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.Tensor;
import org.openclip.train.data.Batch;
import org.openclip.train.data.BatchLoader;
import org.openclip.train.data.Batches;
import org.openclip.train.data.Faults;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Order;
import org.openclip.train.data.Preparation;
import org.openclip.train.data.Sample;

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

  /** Returns the keys and captions of the batches of an epoch, each with its position. */
  private static List<String> epoch(ListedDataset dataset, int threads, long skip) {
    Order order = new Order(3, 1, 0, 1);
    Map<String, String> read = new ConcurrentHashMap<>();
    Preparation preparation =
        new Preparation() {
          @Override
          public int pixels() {
            return 1;
          }

          @Override
          public long[] prepare(Sample sample, SplittableRandom random, FloatBuffer out) {
            try {
              read.put(sample.key(), sample.caption().read(random));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return new long[1];
          }

          @Override
          public Map<String, Tensor> images(List<ByteBuffer> prepared) {
            return Batches.numbers(prepared, pixels());
          }
        };
    List<String> seen = new ArrayList<>();
    Faults faults = new Faults();
    try (BatchLoader loader =
        new BatchLoader(
            dataset.open(order, faults), order, preparation, 5, threads, skip, true, faults)) {
      for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
        List<String> captions = batch.keys().stream().map(k -> k + " " + read.get(k)).toList();
        seen.add(batch.position() + ": " + captions);
      }
    }
    return seen;
  }

  @Test
  void captionsThatAreDrawnAreTheSameWhereAnEpochGoesOn() throws IOException {
    for (int i = 0; i < 40; i++) {
      picture(i % 4 + "/" + i + ".png");
    }
    List<String> prompts = List.of("one", "two", "three");
    LabelledFolder pictures = LabelledFolder.list(folder);
    ListedDataset dataset =
        new ListedDataset(pictures.samples(label -> Sample.Caption.of(prompts)), true);

    List<String> whole = epoch(dataset, 1, 0);

    assertThat(whole).hasSize(8);
    assertThat(whole.toString()).contains(prompts);
    assertThat(epoch(dataset, 3, 0)).isEqualTo(whole);
    assertThat(epoch(dataset, 2, 15)).isEqualTo(whole.subList(3, 8));
  }
}

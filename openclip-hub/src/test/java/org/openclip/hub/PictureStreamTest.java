package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingSummary;
import org.openclip.api.model.PictureSink;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/** Streams of pictures from everywhere: in order, each with its source, the broken ones aside. */
@Tag("once")
class PictureStreamTest {
  private static final Path CAT = Fixtures.path("preprocess/images/cat.png");

  @TempDir Path folder;

  private final List<Path> files = new ArrayList<>();
  private final List<PictureSource> sources = new ArrayList<>();

  /** Keeps all that it is told. */
  private static class Kept implements PictureSink {
    final List<String> events = new ArrayList<>();
    final List<Embeddings> rows = new ArrayList<>();

    @Override
    public void take(Batch batch) {
      events.add("take " + batch.items().stream().map(Item::index).toList());
      rows.add(batch.rows());
    }

    @Override
    public void failed(Failure failure) {
      assertThat(failure.reason()).hasMessageContaining(failure.source().name());
      events.add("failed " + failure.index() + " " + failure.source().name());
    }

    @Override
    public void done(long pictures) {
      events.add("done " + pictures);
    }
  }

  @BeforeEach
  void writePictures() throws IOException {
    for (int i = 0; i < 10; i++) {
      boolean bad = i == 0 || i == 5 || (i >= 6 && i <= 8);
      files.add(CountingDecoder.write(folder.resolve(i + ".count"), bad ? 999 : 20 * i));
      byte[] bytes = Files.readAllBytes(files.get(i));
      String name = "source " + i + ".";
      sources.add(
          switch (i % 4) {
            case 0 -> PictureSource.bytes(name, bytes);
            case 1 -> PictureSource.stream(name, Files.newInputStream(files.get(i)));
            case 2 ->
                PictureSource.dataUri(
                    name, "data:;base64," + Base64.getEncoder().encodeToString(bytes));
            default -> PictureSource.file(files.get(i));
          });
    }
    sources.add(
        PictureSource.opening(
            "source 10.",
            () -> {
              throw new IOException("gone");
            }));
  }

  private ClipModel load(int threads) throws IOException {
    return OpenClip.model(TinyModels.write(folder.resolve("tiny")))
        .plugins(CountingDecoder.plugins(folder.resolve("plugin")))
        .batchSize(3)
        .threads(threads)
        .load();
  }

  @Test
  void rowsComeInOrderWithTheirSources() throws IOException {
    for (int threads : new int[] {1, 2}) {
      files.clear();
      sources.clear();
      writePictures();
      try (ClipModel clip = load(threads)) {
        List<Path> good = Stream.of(1, 2, 3, 4, 9).map(files::get).toList();
        Kept kept = new Kept();
        AtomicBoolean closed = new AtomicBoolean();

        EncodingSummary summary =
            clip.encodeImages(sources.stream().onClose(() -> closed.set(true)), kept);

        assertThat(summary).isEqualTo(new EncodingSummary(5, 6, false));
        assertThat(closed).isTrue();
        assertThat(kept.events)
            .containsExactly(
                "failed 0 source 0.",
                "take [1, 2]",
                "done 3",
                "failed 5 source 5.",
                "take [3, 4]",
                "done 6",
                "failed 6 source 6.",
                "failed 7 " + files.get(7),
                "failed 8 source 8.",
                "done 9",
                "failed 10 source 10.",
                "take [9]",
                "done 11");
        assertThat(Embeddings.concat(kept.rows).toArray())
            .usingComparatorWithPrecision(1e-6f)
            .containsExactly(clip.encodeImages(good).toArray());
      }
    }
  }

  @Test
  void aSinkThatSaysNothingOfBrokenPicturesIsToldByAnException() throws IOException {
    try (ClipModel clip = load(2)) {
      assertThatThrownBy(() -> clip.encodeImages(sources.stream(), batch -> {}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("source 0.");
    }
  }

  @Test
  void anEndlessStreamIsCancelledAndNotReadAhead() throws IOException {
    AtomicInteger taken = new AtomicInteger();
    Stream<PictureSource> endless =
        IntStream.iterate(0, i -> i + 1)
            .mapToObj(
                i -> {
                  taken.set(i + 1);
                  return PictureSource.file(files.get(1));
                });
    try (ClipModel clip = load(2)) {
      Kept kept =
          new Kept() {
            @Override
            public boolean cancelled() {
              return rows.size() == 2;
            }
          };

      EncodingSummary summary = clip.encodeImages(endless, kept);

      assertThat(summary).isEqualTo(new EncodingSummary(6, 0, true));
      assertThat(taken.get()).isLessThanOrEqualTo(10);
    }
  }

  @Test
  void singleVectorsHaveLengthOneWhateverTheyComeFrom() throws IOException {
    try (ClipModel clip = OpenClip.load()) {
      byte[] bytes = Files.readAllBytes(CAT);
      float[] expected = clip.encodeImages(List.of(CAT)).normalised().row(0);

      assertThat(clip.embed(CAT)).containsExactly(expected);
      assertThat(clip.embed(bytes)).containsExactly(expected);
      assertThat(
              clip.embed(
                  PictureSource.dataUri(
                      "u", "data:;base64," + Base64.getEncoder().encodeToString(bytes))))
          .containsExactly(expected);
      float[] drawn = clip.embed(PictureSource.bufferedImage("drawn", ImageIO.read(CAT.toFile())));
      assertThat(drawn).usingComparatorWithPrecision(1e-4f).containsExactly(expected);
      float[] words = clip.embed("a smiling face");
      double square = 0;
      for (float number : words) {
        square += number * number;
      }
      assertThat(square).isCloseTo(1, within(1e-5));
      assertThatThrownBy(() -> clip.embed(new byte[] {1, 2, 3}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the picture is not in a supported picture format");
    }
  }
}

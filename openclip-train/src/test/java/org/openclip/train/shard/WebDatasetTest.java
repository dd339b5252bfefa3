package org.openclip.train.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;

class WebDatasetTest {
  private static final Order FIRST = new Order(7, 0, 0, 1);

  @TempDir Path folder;

  private Path shard(String name, int from, int count) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    for (int i = from; i < from + count; i++) {
      members.put(String.format(Locale.ROOT, "dir.x/%05d.jpg", i), new byte[700 + i]);
      members.put(String.format(Locale.ROOT, "dir.x/%05d.txt", i), TarFiles.text("caption " + i));
      members.put(String.format(Locale.ROOT, "dir.x/%05d.json", i), TarFiles.text("{}"));
    }
    return TarFiles.write(folder.resolve(name), members);
  }

  private WebDataset dataset(String pattern, boolean resampled, boolean shuffled) {
    return new WebDataset(
        ShardList.of(folder.resolve(pattern).toString(), null),
        resampled,
        shuffled,
        4,
        OptionalLong.empty());
  }

  private static List<String> captions(Dataset dataset, Order order, int most, Faults faults) {
    List<String> captions = new ArrayList<>();
    try (SampleStream stream = dataset.open(order, faults)) {
      for (Sample s = stream.next(); s != null && captions.size() < most; s = stream.next()) {
        captions.add(s.caption().read(new SplittableRandom(1)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return captions;
  }

  @Test
  void shardsYieldTheirSamplesInOrder() throws IOException {
    shard("s0.tar", 0, 3);
    shard("s1.tar.gz", 3, 2);
    Faults faults = new Faults();

    List<String> captions =
        captions(
            new WebDataset(
                ShardList.of(folder + "/s0.tar::" + folder + "/s1.tar.gz", null),
                false,
                false,
                10,
                OptionalLong.of(5)),
            FIRST,
            100,
            faults);

    assertThat(captions)
        .containsExactly("caption 0", "caption 1", "caption 2", "caption 3", "caption 4");
    assertThat(faults.count()).isZero();
  }

  @Test
  void theOrderFollowsFromSeedAndEpochAlone() throws IOException {
    for (int i = 0; i < 6; i++) {
      shard("s" + i + ".tar", 10 * i, 10);
    }
    WebDataset dataset = dataset("s{0..5}.tar", false, true);
    List<String> first = captions(dataset, FIRST, 100, new Faults());

    assertThat(captions(dataset, FIRST, 100, new Faults())).isEqualTo(first);
    assertThat(captions(dataset, new Order(7, 1, 0, 1), 100, new Faults())).isNotEqualTo(first);
    assertThat(captions(dataset, new Order(8, 0, 0, 1), 100, new Faults())).isNotEqualTo(first);
    assertThat(first).hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  void ranksShareTheShards() throws IOException {
    for (int i = 0; i < 6; i++) {
      shard("s" + i + ".tar", 10 * i, 10);
    }
    WebDataset dataset = dataset("s{0..5}.tar", false, true);
    List<String> all = new ArrayList<>();
    for (int rank = 0; rank < 3; rank++) {
      List<String> own = captions(dataset, new Order(7, 0, rank, 3), 100, new Faults());
      assertThat(own).hasSize(20);
      all.addAll(own);
    }
    assertThat(all).hasSize(60).doesNotHaveDuplicates();
    assertThatThrownBy(() -> dataset.open(new Order(7, 0, 0, 9), new Faults()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("6 shards cannot be split among 9");
  }

  @Test
  void shardsAreDrawnAsOftenAsTheirFactorsSay() throws IOException {
    shard("a.tar", 0, 1);
    shard("b.tar", 1, 1);
    WebDataset dataset =
        new WebDataset(
            ShardList.of(folder + "/a.tar::" + folder + "/b.tar", "1::3"),
            true,
            true,
            2,
            OptionalLong.empty());

    List<String> drawn = captions(dataset, FIRST, 2000, new Faults());

    assertThat(drawn).hasSize(2000);
    assertThat(drawn.stream().filter("caption 1"::equals).count()).isBetween(1400L, 1600L);
  }

  @Test
  void whatIsDamagedIsLeftOutAndCounted() throws IOException {
    shard("s0.tar", 0, 3);
    Path cut = shard("s1.tar", 3, 3);
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(bytes, 512 * 9));
    Map<String, byte[]> odd = new LinkedHashMap<>();
    odd.put("a.jpg", new byte[1]);
    odd.put("b.txt", TarFiles.text("no picture"));
    odd.put("c.jpg", new byte[1]);
    odd.put("c.txt", new byte[] {(byte) 0xff, (byte) 0xfe});
    odd.put("d.JPG", new byte[1]);
    odd.put("d.txt", TarFiles.text("good"));
    TarFiles.write(folder.resolve("s2.tar"), odd);
    Faults faults = new Faults();

    List<String> captions = captions(dataset("s{0..3}.tar", false, false), FIRST, 100, faults);

    assertThat(captions).contains("caption 0", "caption 1", "caption 2", "caption 3", "good");
    // The rest of the cut shard, three odd samples, and the shard that is not there.
    assertThat(faults.count()).isEqualTo(5);
  }

  @Test
  void nothingButMissingShardsIsAnError() {
    WebDataset dataset = dataset("missing{0..300}.tar", true, false);
    try (SampleStream stream = dataset.open(FIRST, new Faults())) {
      assertThatThrownBy(stream::next)
          .isInstanceOf(OpenClipException.class)
          .hasMessageContaining("100 shards in a row cannot be read");
    }
  }

  @Test
  void factorsNeedResampling() {
    assertThatThrownBy(
            () ->
                new WebDataset(
                    ShardList.of("a.tar::b.tar", "1::2"), false, true, 2, OptionalLong.empty()))
        .hasMessageContaining("--dataset-resampled");
  }

  @Test
  void membersNameOtherFilesAndFields() throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    for (int i = 0; i < 200; i++) {
      members.put(i + ".img", new byte[1]);
      members.put(i + ".cap", TarFiles.text("caption"));
      members.put(i + ".json", TarFiles.text("{\"a\": \"one\", \"b\": \"two\", \"c\": 3}"));
    }
    members.put("none.img", new byte[1]);
    members.put("none.json", TarFiles.text("{\"c\": 3, \"b\": \" \"}"));
    String shard = TarFiles.write(folder.resolve("m.tar"), members).toString();

    assertThat(captions(shard, List.of("txt", "cap"), List.of(), List.of()))
        .hasSize(200)
        .containsOnly("caption");
    assertThat(captions(shard, List.of(), List.of("c", "b", "a"), List.of()))
        .hasSize(200)
        .containsOnly("two");
    List<String> drawn =
        captions(shard, List.of(), List.of("none", "a", "b"), List.of(5.0, 1.0, 3.0));
    assertThat(drawn).hasSize(200);
    assertThat(drawn.stream().filter("two"::equals).count()).isBetween(120L, 180L);
    assertThat(captions(shard, List.of(), List.of("none", "a", "b"), List.of(5.0, 1.0, 3.0)))
        .isEqualTo(drawn);
    assertThat(captions(shard, List.of(), List.of("a", "b"), List.of(0.0, 1.0)))
        .containsOnly("two");
  }

  private static List<String> captions(
      String shard, List<String> suffixes, List<String> fields, List<Double> chances) {
    return captions(
        new WebDataset(
            ShardList.of(shard, null),
            false,
            false,
            1,
            OptionalLong.empty(),
            new Members(List.of("img"), suffixes, fields, chances),
            new RemoteFiles()),
        FIRST,
        1000,
        new Faults());
  }

  @Test
  void sizesAreReadBesideTheShards() throws IOException {
    ShardList shards = ShardList.of(folder + "/s{0..1}.tar", null);
    RemoteFiles files = new RemoteFiles();
    assertThat(ShardSizes.of(shards, files)).isEmpty();
    Files.writeString(folder.resolve("__len__"), "7\n");
    assertThat(ShardSizes.of(shards, files)).hasValue(7);
    Files.writeString(folder.resolve("sizes.json"), "{\"s0.tar\": 3, \"s1.tar\": 2}");
    assertThat(ShardSizes.of(shards, files)).hasValue(5);
  }
}

package org.openclip.train.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Shards as people have them, read as webdataset reads them. */
class ShardReaderTest {
  private static final Order FIRST = new Order(7, 0, 0, 1);

  @TempDir Path folder;

  private static Map<String, byte[]> samples(int count) {
    Map<String, byte[]> members = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      members.put(String.format(Locale.ROOT, "%03d.png", i), new byte[600 + i]);
      members.put(String.format(Locale.ROOT, "%03d.txt", i), TarFiles.text("caption " + i));
    }
    return members;
  }

  private static WebDataset dataset(ShardList shards, boolean resampled, Members members) {
    return new WebDataset(
        shards, resampled, false, 1, OptionalLong.empty(), members, new RemoteFiles());
  }

  private static List<String> captions(WebDataset dataset, Faults faults) {
    List<String> captions = new ArrayList<>();
    try (SampleStream stream = dataset.open(FIRST, faults)) {
      for (Sample s = stream.next(); s != null; s = stream.next()) {
        captions.add(s.caption().read(new SplittableRandom(1)));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return captions;
  }

  private List<String> captions(String name, Faults faults) {
    ShardList shards = ShardList.of(folder.resolve(name).toString(), null);
    return captions(dataset(shards, false, Members.USUAL), faults);
  }

  @Test
  void linksAreNotFollowedAndTheirSamplesAreCounted() throws IOException {
    try (OutputStream stream = Files.newOutputStream(folder.resolve("links.tar"));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(stream)) {
      file(tar, "0.png", "x");
      file(tar, "0.txt", "a cat");
      file(tar, "1.png", "x");
      link(tar, "1.txt", "0.txt", TarConstants.LF_SYMLINK);
      file(tar, "2.png", "x");
      link(tar, "2.txt", "0.txt", TarConstants.LF_LINK);
      file(tar, "3.png", "x");
      link(tar, "3.json", "0.json", TarConstants.LF_LINK);
      file(tar, "3.txt", "a dog");
      link(tar, "4.png", "0.png", TarConstants.LF_SYMLINK);
      file(tar, "4.txt", "a picture that is a link");
      TarArchiveEntry device = new TarArchiveEntry("5.png", TarConstants.LF_FIFO);
      tar.putArchiveEntry(device);
      tar.closeArchiveEntry();
      file(tar, "5.txt", "no picture at all");
    }
    Faults faults = new Faults();

    assertThat(captions("links.tar", faults)).containsExactly("a cat", "a dog");
    assertThat(faults.count()).isEqualTo(4);
    assertThat(faults.first().orElseThrow())
        .contains("links.tar/1: its .txt is a link to 0.txt")
        .contains("not supported");
  }

  private static void file(TarArchiveOutputStream tar, String name, String text)
      throws IOException {
    byte[] bytes = TarFiles.text(text);
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private static void link(TarArchiveOutputStream tar, String name, String target, byte kind)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, kind);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  @Test
  void aShardThatIsCutBetweenMembersIsNamed() throws IOException {
    Path whole = TarFiles.write(folder.resolve("whole.tar"), samples(4));
    byte[] bytes = Files.readAllBytes(whole);
    // A member has a block for its header, and two for a picture or one for a caption.
    Path cut = Files.write(folder.resolve("cut.tar"), Arrays.copyOf(bytes, 512 * 10));
    Faults faults = new Faults();

    assertThat(captions("cut.tar", faults)).containsExactly("caption 0", "caption 1");
    assertThat(faults.count()).isEqualTo(1);
    assertThat(faults.first().orElseThrow())
        .contains("the rest of shard " + cut)
        .contains("truncated after 001.txt");
    Faults none = new Faults();
    assertThat(captions("whole.tar", none)).hasSize(4);
    assertThat(none.count()).isZero();
  }

  @Test
  void aShardWithoutBytesIsNamed() throws IOException {
    Path nothing = Files.write(folder.resolve("nothing.tar"), new byte[0]);
    Faults faults = new Faults();

    assertThat(captions("nothing.tar", faults)).isEmpty();
    assertThat(faults.count()).isEqualTo(1);
    assertThat(faults.first().orElseThrow()).contains(nothing.toString(), "it has 0 bytes");
    Faults none = new Faults();
    TarFiles.write(folder.resolve("none.tar"), Map.of());
    assertThat(captions("none.tar", none)).isEmpty();
    assertThat(none.count()).isZero();
  }

  @Test
  void emptyCaptionsAreCounted() throws IOException {
    Map<String, byte[]> members = samples(3);
    members.put("001.txt", TarFiles.text(" \n"));
    TarFiles.write(folder.resolve("empty.tar"), members);
    Faults faults = new Faults();

    assertThat(captions("empty.tar", faults)).containsExactly("caption 0", "caption 2");
    assertThat(faults.first().orElseThrow()).contains("empty.tar/001: its caption is empty");
  }

  @Test
  void captionsInJsonAreReadAsPythonWritesThem() throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    List<String> texts =
        List.of(
            "{\"caption\": \"a nan\", \"score\": NaN, \"x\": -Infinity, \"y\": Infinity}",
            "{\"caption\": \"first\", \"caption\": \"last\"}",
            "\uFEFF{\"caption\": \"a mark\"}",
            "{\"caption\": \"big\", \"n\": " + "1".repeat(400) + "}",
            "{\"caption\": \"a lone \\ud83d half\"}",
            "{\"caption\": 5}",
            "[{\"caption\": \"a list\"}]",
            "{\"caption\": \"tab\there\"}",
            "{\"caption\": \"  \"}");
    for (int i = 0; i < texts.size(); i++) {
      members.put(i + ".png", new byte[1]);
      members.put(i + ".json", TarFiles.text(texts.get(i)));
    }
    members.put("w.png", new byte[1]);
    members.put("w.json", "{\"caption\": \"wide\"}".getBytes(StandardCharsets.UTF_16LE));
    TarFiles.write(folder.resolve("json.tar"), members);
    Faults faults = new Faults();
    Members json = new Members(List.of("png"), List.of(), List.of("caption"), List.of());
    ShardList shards = ShardList.of(folder.resolve("json.tar").toString(), null);

    assertThat(captions(dataset(shards, false, json), faults))
        .containsExactly("a nan", "last", "a mark", "big", "a lone \ud83d half", "wide");
    assertThat(faults.count()).isEqualTo(4);
  }

  @Test
  void packedShardsAreReadWhateverTheirName() throws IOException {
    byte[] bytes = Files.readAllBytes(TarFiles.write(folder.resolve("plain.tar"), samples(5)));
    try (OutputStream bzip2 =
        new BZip2CompressorOutputStream(Files.newOutputStream(folder.resolve("a.tar.bz2")))) {
      bzip2.write(bytes);
    }
    try (OutputStream xz =
        new XZOutputStream(Files.newOutputStream(folder.resolve("b.tar")), new LZMA2Options(0))) {
      xz.write(bytes);
    }
    try (OutputStream zstd =
        new ZstdCompressorOutputStream(Files.newOutputStream(folder.resolve("c.tar.zst")))) {
      zstd.write(bytes);
    }
    for (String name : List.of("a.tar.bz2", "b.tar", "c.tar.zst")) {
      Faults faults = new Faults();
      assertThat(captions(name, faults)).as(name).hasSize(5);
      assertThat(faults.count()).isZero();
    }
    for (String name : List.of("x.tar", "x.TAR.GZ", "x.tgz", "x.tar.zst", "https://h/x.tar?a=b")) {
      assertThat(ShardList.isShard(name)).as(name).isTrue();
    }
    assertThat(ShardList.isShard("x.tar.csv")).isFalse();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void commandsRunOnlyWhenTheyMay() throws IOException {
    Path plain = TarFiles.write(folder.resolve("plain.tar"), samples(5));
    ShardList shards = ShardList.of("pipe:cat '" + plain + "'", null);
    assertThat(captions(dataset(shards.commands(true), false, Members.USUAL), new Faults()))
        .hasSize(5);
    assertThatThrownBy(() -> shards.commands(false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--allow-pipe");
    Faults refused = new Faults();
    assertThat(captions(dataset(shards, false, Members.USUAL), refused)).isEmpty();
    assertThat(refused.count()).isEqualTo(1);
    assertThatThrownBy(
            () -> ShardList.of("pipe:aws s3 cp s3://b/{0..3}.tar -", null).commands(false))
        .hasMessageContaining(
            "give the location of the data, s3://b/0.tar, which is read as a stream");

    Faults failed = new Faults();
    ShardList broken = ShardList.of("pipe:head -c 2560 '" + plain + "'; exit 3", null);
    captions(dataset(broken.commands(true), false, Members.USUAL), failed);
    assertThat(failed.first().orElseThrow()).contains("exit code 3");
  }

  @Test
  void drawingFromShardsWithoutSamplesEnds() throws IOException {
    Map<String, byte[]> bare = new LinkedHashMap<>();
    bare.put("0.png", new byte[1]);
    for (int i = 0; i < 3; i++) {
      TarFiles.write(folder.resolve(i + ".tar"), bare);
    }
    TarFiles.write(folder.resolve("3.tar"), Map.of());
    ShardList shards = ShardList.of(folder.resolve("{0..3}.tar").toString(), null);
    Faults faults = new Faults();

    assertThat(captions(dataset(shards, true, Members.USUAL), faults)).isEmpty();
    assertThat(faults.count()).isBetween(3L, 200L);
  }

  @Test
  void oneGoodShardAmongBadOnesIsFound() throws IOException {
    Map<String, byte[]> bare = Map.of("0.png", new byte[1]);
    for (int i = 0; i < 20; i++) {
      TarFiles.write(folder.resolve(i + ".tar"), bare);
    }
    TarFiles.write(folder.resolve("20.tar"), samples(1));
    ShardList shards = ShardList.of(folder.resolve("{0..20}.tar").toString(), null);
    try (SampleStream stream = dataset(shards, true, Members.USUAL).open(FIRST, new Faults())) {
      for (int i = 0; i < 50; i++) {
        assertThat(stream.next()).isNotNull();
      }
    }
  }

  @Test
  void webdatasetsOwnFoldersHoldNoSamples() throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("__meta__/notes.json", TarFiles.text("{}"));
    members.putAll(samples(2));
    members.put("__x__.txt", TarFiles.text("a sample without a picture"));
    Faults faults = new Faults();

    List<String> captions =
        captions(
            dataset(
                ShardList.of(TarFiles.write(folder.resolve("m.tar"), members).toString(), null),
                false,
                Members.USUAL),
            faults);

    assertThat(captions).containsExactly("caption 0", "caption 1");
    assertThat(faults.count()).isEqualTo(1);
  }
}

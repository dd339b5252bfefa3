package org.openclip.train.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.data.Faults;
import org.openclip.train.data.Order;
import org.openclip.train.data.Sample;
import org.openclip.train.data.SampleStream;

/** Samples of sounds in tar shards, with the reference's kinds of captions. */
class SoundMembersTest {
  @TempDir Path folder;

  private final Faults faults = new Faults();

  private List<Sample> samples(Map<String, byte[]> files, String... endings) throws IOException {
    Path tar = TarFiles.write(folder.resolve("x.tar"), files);
    WebDataset dataset =
        new WebDataset(
            ShardList.of(tar.toString(), null),
            false,
            false,
            1,
            OptionalLong.empty(),
            new SoundMembers(List.of(endings)),
            new RemoteFiles());
    List<Sample> samples = new ArrayList<>();
    try (SampleStream stream = dataset.open(new Order(0, 0, 0, 1), faults)) {
      for (Sample sample = stream.next(); sample != null; sample = stream.next()) {
        samples.add(sample);
      }
    }
    return samples;
  }

  private static String caption(Sample sample) throws IOException {
    return sample.caption().read(new SplittableRandom(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "txt  | a dog barks                  | a dog barks",
        "txt  | \"a dog\\u0020barks\"        | a dog barks",
        "txt  | \"a dog\" barks              | \"a dog\" barks",
        "txt  | {\"caption\": \"rain\"}      | rain",
        "json | {\"text\": \"rain\", \"x\": NaN} | rain",
        "json | {\"caption\": [\"rain\"]}    | rain",
        "json | {\"text\": \"a\", \"caption\": \"b\"} | a",
        "json | {rain                        | {rain",
        "cls  | 7                            | 7",
      })
  void aCaptionIsReadAsTheReferenceReadsIt(String ending, String content, String expected)
      throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a.flac", new byte[] {1, 2});
    files.put("a." + ending, TarFiles.text(content));

    List<Sample> samples = samples(files, "flac");

    assertThat(samples).hasSize(1);
    assertThat(caption(samples.get(0))).isEqualTo(expected);
    assertThat(samples.get(0).picture().read()).containsExactly(1, 2);
  }

  @Test
  void jsonComesBeforeTextAndOneOfSeveralCaptionsIsDrawn() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a.cls", TarFiles.text("3"));
    files.put("a.txt", TarFiles.text("wind"));
    files.put("a.json", TarFiles.text("{\"text\": [\"rain\", \"thunder\"]}"));
    files.put("a.wav", new byte[] {1});

    List<Sample> samples = samples(files, "flac", "wav");

    TreeSet<String> drawn = new TreeSet<>();
    for (int seed = 0; seed < 20; seed++) {
      drawn.add(samples.get(0).caption().read(new SplittableRandom(seed)));
    }
    assertThat(drawn).containsExactly("rain", "thunder");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a.txt=rain                        | it has no sound ([flac])",
        "a.flac=x                          | it has no caption ([json, txt, cls])",
        "a.flac=x;a.txt=                   | its caption is empty",
        "a.flac=x;a.json={\"label\": 3}    | its .json has no text in 'text' or 'caption'",
        "a.flac=x;a.json={\"text\": []}    | its .json has an empty list of captions",
        "a.flac=x;a.json={\"text\": [\"\"]} | its .json has no text in 'text' or 'caption'",
      })
  void aSampleThatLacksAPartIsLeftOut(String content, String problem) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String file : content.split(";", -1)) {
      files.put(file.split("=", 2)[0], TarFiles.text(file.split("=", 2)[1]));
    }

    assertThat(samples(files, "flac")).isEmpty();

    assertThat(faults.count()).isEqualTo(1);
    assertThat(faults.first().orElseThrow()).contains(problem);
  }

  @Test
  void aSoundNeedsAName() {
    assertThatThrownBy(() -> new SoundMembers(List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("needs the name of a sound");
  }
}

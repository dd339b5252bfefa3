package org.openclip.train.benchmark.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.InvalidFileException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.benchmark.python.PythonText;

/**
 * A data set in the WebDataset form of CLIP_benchmark: tar shards {@code SPLIT/0.tar}, {@code
 * SPLIT/1.tar} and so on, their number in {@code SPLIT/nshards.txt}, and beside the splits {@code
 * dataset_type.txt}, {@code classnames.txt} and {@code zeroshot_classification_templates.txt}, each
 * of which may be missing.
 *
 * @param location the folder or URL
 * @param kind what a picture is labelled with
 * @param shards the locations of the tar archives, in order
 * @param classes the names of the classes, in the order of their numbers; empty when none are given
 * @param templates prompts with {@code {c}} in the place of the name; empty when none are given
 */
public record BenchmarkData(
    String location,
    Kind kind,
    List<String> shards,
    Optional<List<String>> classes,
    Optional<List<String>> templates) {
  private static final int MOST_SHARDS = 1_000_000;

  /** A page of a hub's data set: {@code https://HOST/datasets/OWNER/NAME/tree/REVISION}. */
  private static final Pattern HUB_PAGE =
      Pattern.compile("(https?://[^/]+/datasets/[^/]+/[^/]+)/tree/(.+)", Pattern.CASE_INSENSITIVE);

  /** What a picture is labelled with. */
  public enum Kind {
    /** One class, by its number, in {@code cls}. */
    CLASSIFICATION,
    /** Several classes, as a number for each class, in {@code npy}. */
    MULTILABEL,
    /** Captions, one on a line, in {@code txt}. */
    RETRIEVAL
  }

  /** Copies the lists. */
  public BenchmarkData {
    shards = List.copyOf(shards);
    classes = classes.map(List::copyOf);
    templates = templates.map(List::copyOf);
  }

  /**
   * Reads what a data set says of itself; the shards are not opened.
   *
   * @param root a folder, a URI of any file system, a URL, or a page of a hub's data set
   * @param split such as {@code test}
   * @throws InvalidFileException when the number of shards is missing or no number
   */
  public static BenchmarkData open(String root, String split, RemoteFiles files) {
    String bare = root.replaceAll("/+$", "");
    Matcher page = HUB_PAGE.matcher(bare);
    boolean hub = page.matches();
    String texts = hub ? page.group(1) + "/raw/" + page.group(2) : bare;
    String archives = hub ? page.group(1) + "/resolve/" + page.group(2) : bare;
    int count = shardCount(texts + "/" + split + "/nshards.txt", files);
    List<String> shards = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      shards.add(archives + "/" + split + "/" + i + ".tar");
    }
    Kind kind =
        lines(texts + "/dataset_type.txt", files)
            .map(BenchmarkData::kind)
            .orElse(Kind.CLASSIFICATION);
    return new BenchmarkData(
        root,
        kind,
        shards,
        lines(texts + "/classnames.txt", files),
        lines(texts + "/zeroshot_classification_templates.txt", files));
  }

  /** Returns the same data with other names for the classes. */
  public BenchmarkData named(List<String> others) {
    return new BenchmarkData(location, kind, shards, Optional.of(others), templates);
  }

  /** Every type but these two is classification, as CLIP_benchmark has it. */
  private static Kind kind(List<String> lines) {
    String type = PythonText.strip(String.join("\n", lines)).toLowerCase(Locale.ROOT);
    return switch (type) {
      case "retrieval" -> Kind.RETRIEVAL;
      case "multilabel" -> Kind.MULTILABEL;
      default -> Kind.CLASSIFICATION;
    };
  }

  private static int shardCount(String location, RemoteFiles files) {
    String text =
        text(location, files)
            .orElseThrow(
                () ->
                    new InvalidFileException(
                        location,
                        -1,
                        "is missing; it is required in CLIP_benchmark's WebDataset form. Check"
                            + " --dataset_root and --split"))
            .strip();
    if (!text.matches("[0-9]{1,7}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST_SHARDS) {
      throw new InvalidFileException(
          location, -1, "holds '" + text + "', not a number of shards from 1 to " + MOST_SHARDS);
    }
    return Integer.parseInt(text);
  }

  private static Optional<List<String>> lines(String location, RemoteFiles files) {
    return text(location, files)
        .map(text -> PythonText.lines(text).stream().map(PythonText::strip).toList());
  }

  private static Optional<String> text(String location, RemoteFiles files) {
    try {
      byte[] bytes = files.read(location);
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CharacterCodingException e) {
      throw new InvalidFileException(location, -1, "is not UTF-8; convert it");
    } catch (IOException e) {
      throw new InvalidFileException(location, -1, "cannot be read: " + e.getMessage());
    }
  }
}

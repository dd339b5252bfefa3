package org.openclip.hub.io;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The file names of a model folder. */
public final class ModelFiles {
  /** The configuration. */
  public static final String CONFIG = "open_clip_config.json";

  /** The configuration of Hugging Face's transformers. */
  public static final String TRANSFORMERS = "config.json";

  /** What that library does to pictures. */
  public static final String PREPROCESSOR = "preprocessor_config.json";

  /** The checkpoint that is written. */
  public static final String CHECKPOINT = "open_clip_model.safetensors";

  /** What the index of a checkpoint in several files ends with, behind the name of the whole. */
  public static final String INDEX = ".index.json";

  /** The checkpoints, in the order in which the reference prefers them. */
  private static final List<String> CHECKPOINTS =
      List.of(
          CHECKPOINT,
          CHECKPOINT + INDEX,
          "open_clip_pytorch_model.safetensors",
          "open_clip_pytorch_model.bin",
          "open_clip_pytorch_model.pth",
          "model.safetensors",
          "model.safetensors" + INDEX,
          "pytorch_model.bin",
          "pytorch_model.pth",
          "model.pth");

  /** The files of which a tokenizer is made. */
  public static final List<String> TOKENIZER =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "tokenizer.model",
          "spiece.model",
          "sentencepiece.bpe.model");

  /** All names that are looked for where a folder cannot be listed. */
  public static final List<String> USUAL =
      Stream.of(List.of(CONFIG, TRANSFORMERS, PREPROCESSOR), CHECKPOINTS, TOKENIZER)
          .flatMap(List::stream)
          .toList();

  private static final Comparator<String> ORDER =
      Comparator.comparingInt(ModelFiles::rank).thenComparing(Comparator.naturalOrder());

  private ModelFiles() {}

  /**
   * Returns the checkpoint among the files of a folder: the one of the name preferred most, else
   * the first of the format preferred most.
   */
  public static Optional<String> checkpoint(List<String> names) {
    return CHECKPOINTS.stream()
        .filter(names::contains)
        .findFirst()
        .or(() -> names.stream().filter(name -> rank(name) > 0).min(ORDER));
  }

  /** Returns 1 for the formats preferred most, and 0 for what is no checkpoint. */
  private static int rank(String name) {
    if (name.endsWith(".safetensors" + INDEX)) {
      return 1;
    }
    if (name.endsWith(".safetensors")) {
      return 2;
    }
    return name.matches("(?s)[^/]*\\.(bin|pth|pt|npz)") ? 3 : 0;
  }
}

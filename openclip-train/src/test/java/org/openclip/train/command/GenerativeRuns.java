package org.openclip.train.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Trainings of a tiny GenLIP on pictures of several shapes that are drawn for them. */
record GenerativeRuns(NaFlexRuns naflex) {
  /** The name of a tokenizer's file beside the model. */
  static final String RANKS = "other.tiktoken";

  /** The vocabulary is the beginning of CLIP's, whose tokenizer needs no file. */
  private static final String CONFIG =
      """
      {"model_cfg": {"embed_dim": 16,
        "genlip_cfg": {"width": 32, "depth": 2, "num_heads": 2, "intermediate_size": 48,
          "text_embed_dim": 16, "mrope_section": [2, 3, 3], "ls_init_value": 0.5, "drop_path_rate": %s},
        "vision_cfg": {"image_size": 12, "patch_size": 4},
        "text_cfg": {"vocab_size": 6144, "tokenizer_kwargs": {"vocab_size": 6144},
          "context_length": 12, "pad_id": 0, "bos_id": 6142, "eos_id": 6143}},
       "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}
      """;

  /** Writes the models' configurations, a picture of each colour and shape, and their table. */
  static GenerativeRuns in(Path folder) throws IOException {
    NaFlexRuns naflex = NaFlexRuns.in(folder);
    naflex.runs().model("model", CONFIG.formatted(0));
    naflex.runs().model("dropping", CONFIG.formatted(0.1));
    Files.writeString(folder.resolve("model").resolve(RANKS), "no ranks");
    return new GenerativeRuns(naflex);
  }

  ColourRuns runs() {
    return naflex.runs();
  }

  /** Trains on the table, with flags in addition or in the place of the usual ones. */
  ColourRuns.Run train(String name, String... more) {
    return runs().train(name, flags(more));
  }

  static String[] flags(String... more) {
    return Stream.concat(
            Stream.of(
                "--naflex-seq-lens",
                "6",
                "9",
                "--naflex-max-tokens-per-batch",
                "168",
                "--naflex-batch-divisor",
                "2",
                "--naflex-max-text-tokens",
                "8"),
            Stream.of(more))
        .toArray(String[]::new);
  }
}

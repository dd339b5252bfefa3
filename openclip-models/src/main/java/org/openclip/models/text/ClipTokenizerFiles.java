package org.openclip.models.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * CLIP's tokenizer in the files of Hugging Face's libraries: {@code tokenizer.json} for the fast
 * one, vocabulary and merges for the slow one, and the names of the special tokens for both. Ids
 * are the same; only padding differs, which models do not look at.
 */
final class ClipTokenizerFiles {
  private static final String START = "<|startoftext|>";
  private static final String END = "<|endoftext|>";

  /** The words of CLIP: contractions, runs of letters, single digits, runs of other signs. */
  private static final String WORDS =
      "'s|'t|'re|'ve|'m|'ll|'d|[\\\\p{L}]+|[\\\\p{N}]|[^\\\\s\\\\p{L}\\\\p{N}]+";

  private ClipTokenizerFiles() {}

  /** Returns the files by name. */
  static Map<String, byte[]> of(BytePairs pairs, int contextLength) {
    String[] symbols = pairs.symbols();
    Map<String, String> files = new LinkedHashMap<>();
    files.put("tokenizer.json", tokenizer(pairs, symbols));
    files.put("tokenizer_config.json", config(contextLength));
    files.put(
        "special_tokens_map.json",
        """
        {
          "bos_token": "%s",
          "eos_token": "%s",
          "pad_token": "%s",
          "unk_token": "%s"
        }
        """
            .formatted(START, END, END, END));
    files.put("vocab.json", "{" + vocabulary(symbols) + "}");
    files.put("merges.txt", "#version: 0.2\n" + String.join("\n", pairs.merges(symbols)) + "\n");
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    files.forEach((name, text) -> bytes.put(name, text.getBytes(UTF_8)));
    return bytes;
  }

  private static String config(int contextLength) {
    return """
    {
      "add_prefix_space": false,
      "bos_token": "%s",
      "clean_up_tokenization_spaces": true,
      "do_lower_case": true,
      "eos_token": "%s",
      "errors": "replace",
      "model_max_length": %s,
      "pad_token": "%s",
      "tokenizer_class": "CLIPTokenizer",
      "unk_token": "%s"
    }
    """
        .formatted(START, END, contextLength, END, END);
  }

  private static String tokenizer(BytePairs pairs, String[] symbols) {
    StringBuilder merges = new StringBuilder();
    for (String merge : pairs.merges(symbols)) {
      merges.append(merges.isEmpty() ? "" : ",").append(quoted(merge));
    }
    return """
    {
      "version": "1.0",
      "truncation": null,
      "padding": null,
      "added_tokens": [
        {"id": %s, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true, "special": true},
        {"id": %s, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
      ],
      "normalizer": {"type": "Sequence", "normalizers": [
        {"type": "NFC"},
        {"type": "Replace", "pattern": {"Regex": "\\\\s+"}, "content": " "},
        {"type": "Lowercase"}
      ]},
      "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "%s"}, "behavior": "Removed", "invert": true},
        {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
      ]},
      "post_processor": {"type": "RobertaProcessing", "sep": ["%s", %s], "cls": ["%s", %s], "trim_offsets": false, "add_prefix_space": false},
      "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
      "model": {
        "type": "BPE",
        "dropout": null,
        "unk_token": "%s",
        "continuing_subword_prefix": "",
        "end_of_word_suffix": "</w>",
        "fuse_unk": false,
        "vocab": {%s},
        "merges": [%s]
      }
    }
    """
        .formatted(
            symbols.length,
            START,
            symbols.length + 1,
            END,
            WORDS,
            END,
            symbols.length + 1,
            START,
            symbols.length,
            END,
            vocabulary(symbols),
            merges);
  }

  private static String vocabulary(String[] symbols) {
    StringBuilder json = new StringBuilder();
    for (int id = 0; id < symbols.length; id++) {
      json.append(quoted(symbols[id])).append(':').append(id).append(',');
    }
    json.append(quoted(START)).append(':').append(symbols.length).append(',');
    return json.append(quoted(END)).append(':').append(symbols.length + 1).toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}

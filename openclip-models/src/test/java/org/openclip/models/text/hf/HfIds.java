package org.openclip.models.text.hf;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What Hugging Face's own library answered to many texts; see README.md beside the file. */
final class HfIds {
  private HfIds() {}

  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> read() {
    try (InputStream file = HfIds.class.getResourceAsStream("ids.json")) {
      return (List<Map<String, Object>>) (List<?>) JSON.std.listFrom(Objects.requireNonNull(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(Map<String, Object> golden) {
    return (String) golden.get("text");
  }

  static int[] ids(Map<String, Object> golden, String key) {
    return ((List<?>) golden.get(key)).stream().mapToInt(id -> ((Number) id).intValue()).toArray();
  }

  /** Returns a folder with a copy of a tokenizer's file. */
  static Path folder(Path empty, Path tokenizer) {
    try {
      Files.copy(tokenizer, empty.resolve("tokenizer.json"));
      return empty;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the path of a tokenizer's file that the build fetched. */
  static Path fetched(String path) {
    return Path.of(System.getProperty("openclip.tokenizers")).resolve(path);
  }
}

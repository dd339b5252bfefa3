package org.openclip.models.text.hf;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;

/**
 * What a {@code tokenizer.json} says about its vocabulary, which the native library keeps to
 * itself. Read as a stream, since the file may have tens of megabytes.
 */
final class TokenizerJson {
  private final Map<String, Integer> added = new HashMap<>();
  private int highest = -1;

  private TokenizerJson() {}

  /**
   * Reads a file.
   *
   * @throws InvalidFileException when it is no JSON, or has no vocabulary
   */
  static TokenizerJson read(Path file) {
    TokenizerJson json = new TokenizerJson();
    try (JsonReader reader = new JsonReader(Files.newBufferedReader(file))) {
      reader.beginObject();
      while (reader.hasNext()) {
        switch (reader.nextName()) {
          case "added_tokens" -> json.readAddedTokens(reader);
          case "model" -> json.readModel(reader);
          default -> reader.skipValue();
        }
      }
      reader.endObject();
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new InvalidFileException(
          file.toString(), -1, "is not a tokenizer.json: " + e.getMessage(), e);
    }
    if (json.highest < 0) {
      throw new InvalidFileException(
          file.toString(), -1, "has no vocabulary; it is not a tokenizer.json");
    }
    return json;
  }

  private void readAddedTokens(JsonReader reader) throws IOException {
    reader.beginArray();
    while (reader.hasNext()) {
      int id = -1;
      String content = "";
      reader.beginObject();
      while (reader.hasNext()) {
        switch (reader.nextName()) {
          case "id" -> id = reader.nextInt();
          case "content" -> content = reader.nextString();
          default -> reader.skipValue();
        }
      }
      reader.endObject();
      added.put(content, id);
      highest = Math.max(highest, id);
    }
    reader.endArray();
  }

  private void readModel(JsonReader reader) throws IOException {
    reader.beginObject();
    while (reader.hasNext()) {
      if (!reader.nextName().equals("vocab")) {
        reader.skipValue();
      } else if (reader.peek() == JsonToken.BEGIN_ARRAY) {
        // A unigram model: pieces with scores, in the order of their ids.
        int pieces = 0;
        reader.beginArray();
        for (; reader.hasNext(); pieces++) {
          reader.skipValue();
        }
        reader.endArray();
        highest = Math.max(highest, pieces - 1);
      } else {
        reader.beginObject();
        while (reader.hasNext()) {
          reader.skipValue(); // the piece
          highest = Math.max(highest, reader.nextInt());
        }
        reader.endObject();
      }
    }
    reader.endObject();
  }

  /** Returns the number of ids: the highest one and one. */
  int vocabularySize() {
    return highest + 1;
  }

  /** Returns the id of an added token, as all special tokens are; null when there is none. */
  @Nullable Integer id(String token) {
    return added.get(token);
  }
}

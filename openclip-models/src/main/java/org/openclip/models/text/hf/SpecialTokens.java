package org.openclip.models.text.hf;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;

/**
 * Which tokens start, end and fill texts: as {@code tokenizer_config.json} says, else {@code
 * special_tokens_map.json}, else those that go by the usual names.
 */
final class SpecialTokens {
  private static final Map<String, List<String>> USUAL =
      Map.of(
          "bos_token", List.of("<s>", "<bos>"),
          "eos_token", List.of("</s>", "<eos>"),
          "cls_token", List.of("[CLS]", "<s>"),
          "sep_token", List.of("[SEP]", "</s>"),
          "pad_token", List.of("[PAD]", "<pad>"));

  private final TokenizerJson vocabulary;
  private final JsonObject config;
  private final JsonObject map;

  private SpecialTokens(TokenizerJson vocabulary, JsonObject config, JsonObject map) {
    this.vocabulary = vocabulary;
    this.config = config;
    this.map = map;
  }

  /**
   * Reads the files.
   *
   * @param config the path of {@code tokenizer_config.json}; null when there is none
   * @param map the path of {@code special_tokens_map.json}; null when there is none
   */
  static SpecialTokens read(TokenizerJson vocabulary, @Nullable Path config, @Nullable Path map) {
    return new SpecialTokens(vocabulary, object(config), object(map));
  }

  private static JsonObject object(@Nullable Path file) {
    if (file == null) {
      return new JsonObject();
    }
    try (Reader reader = Files.newBufferedReader(file)) {
      return JsonParser.parseReader(reader).getAsJsonObject();
    } catch (IOException | JsonParseException | IllegalStateException e) {
      throw new InvalidFileException(
          file.toString(), -1, "is not a JSON object: " + e.getMessage(), e);
    }
  }

  /** Returns the class that the reference's library would take, such as GemmaTokenizer. */
  String tokenizerClass() {
    return string("tokenizer_class", "");
  }

  /** Returns a string of the configuration. */
  String string(String key, String otherwise) {
    JsonElement value = config.get(key);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : otherwise;
  }

  /** Returns a truth value of the configuration. */
  boolean bool(String key, boolean otherwise) {
    JsonElement value = config.get(key);
    return (value != null && value.isJsonPrimitive()) ? value.getAsBoolean() : otherwise;
  }

  /**
   * Returns the id of a token by its role.
   *
   * @param role such as {@code pad_token}
   * @return null when the tokenizer has none
   */
  @Nullable Integer id(String role) {
    for (JsonObject source : List.of(config, map)) {
      JsonElement value = source.get(role);
      if (value != null && value.isJsonObject()) {
        value = value.getAsJsonObject().get("content");
      }
      if (value != null && value.isJsonPrimitive()) {
        return vocabulary.id(value.getAsString());
      }
    }
    for (String name : USUAL.getOrDefault(role, List.of())) {
      Integer id = vocabulary.id(name);
      if (id != null) {
        return id;
      }
    }
    return null;
  }
}

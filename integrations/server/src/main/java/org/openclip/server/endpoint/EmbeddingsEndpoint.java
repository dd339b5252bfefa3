package org.openclip.server.endpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.api.text.Tokenizer;
import org.openclip.server.http.Endpoint;
import org.openclip.server.http.Exchange;
import org.openclip.server.http.Problem;

/**
 * {@code POST /v1/embeddings} as OpenAI has it, with pictures as infinity takes them ({@code
 * "modality": "image"}) or as objects ({@code {"image": …}}); a data URI of a picture is one in any
 * case, unless {@code "modality": "text"} says otherwise.
 */
final class EmbeddingsEndpoint implements Endpoint {
  /** More than any tokenizer adds to a text. */
  private static final int SPECIAL_TOKENS = 8;

  private final Service service;

  EmbeddingsEndpoint(Service service) {
    this.service = service;
  }

  /** How an item of the input is to be read. */
  private enum Modality {
    TEXT,
    IMAGE,
    BY_ITSELF
  }

  @Override
  public void answer(Exchange exchange) {
    exchange.withJson(object -> answer(exchange, object));
  }

  private void answer(Exchange exchange, Map<String, Object> object) {
    ModelOnDemand model = service.model(Fields.text(object, "model").orElse(""));
    boolean base64 = isBase64(Fields.text(object, "encoding_format").orElse("float"));
    List<Input> inputs = inputs(object);
    try (ModelOnDemand.Use use = model.use()) {
      int width = use.model().embedDim();
      if (Fields.number(object, "dimensions", width, 1, Integer.MAX_VALUE) != width) {
        throw Problem.invalid(
            "dimensions is %s, but vectors of %s have %s dimensions and cannot be shortened"
                .formatted(object.get("dimensions"), model.name(), width));
      }
      List<float[]> vectors = service.embed(use, model.name(), inputs);
      List<Map<String, Object>> data = new ArrayList<>();
      for (float[] vector : vectors) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("object", "embedding");
        row.put("index", data.size());
        row.put("embedding", base64 ? base64(vector) : vector);
        data.add(row);
      }
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("object", "list");
      answer.put("data", data);
      answer.put("model", model.name());
      answer.put("usage", usage(use.model().tokenizer(), inputs));
      exchange.send(200, answer);
    }
  }

  private static boolean isBase64(String format) {
    return switch (format) {
      case "float" -> false;
      case "base64" -> true;
      default ->
          throw Problem.invalid(
              "encoding_format is '%s', but must be float or base64".formatted(format));
    };
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private List<Input> inputs(Map<String, Object> object) {
    Modality modality =
        switch (Fields.text(object, "modality").orElse("")) {
          case "" -> Modality.BY_ITSELF;
          case "text" -> Modality.TEXT;
          case "image" -> Modality.IMAGE;
          default -> throw Problem.invalid("modality must be text or image");
        };
    Object input = object.get("input");
    List<?> items =
        input instanceof List<?> list ? list : input == null ? List.of() : List.of(input);
    if (items.isEmpty()) {
      throw Problem.invalid("input is missing or empty; send a string, or a list of them");
    }
    service.checkCount(items.size());
    List<Input> inputs = new ArrayList<>();
    for (Object item : items) {
      inputs.add(input("input[%s]".formatted(inputs.size()), item, modality));
    }
    return inputs;
  }

  private Input input(String name, @Nullable Object item, Modality modality) {
    return switch (item) {
      case String text -> isPicture(text, modality) ? picture(name, text) : new Input.Words(text);
      case Map<?, ?> part -> part(name, part);
      case Number token ->
          throw Problem.invalid(name + " is a token ID, which is not supported; send the text");
      case List<?> tokens ->
          throw Problem.invalid(name + " are token IDs, which are not supported; send the text");
      case null, default -> throw Fields.wrong(name, item, "a string");
    };
  }

  private static boolean isPicture(String text, Modality modality) {
    return modality == Modality.IMAGE
        || (modality == Modality.BY_ITSELF
            && text.regionMatches(true, 0, "data:image/", 0, "data:image/".length()));
  }

  /** Reads an item such as {@code {"image": "data:…"}} or {@code {"text": "a cat"}}. */
  private Input part(String name, Map<?, ?> part) {
    Object image = part.get("image");
    Object text = part.get("text");
    if (part.size() == 1 && image instanceof String picture) {
      return picture(name, picture);
    }
    if (part.size() == 1 && text instanceof String words) {
      return new Input.Words(words);
    }
    throw Problem.invalid(name + " is an object, but not one of a single string 'text' or 'image'");
  }

  private Input picture(String name, String text) {
    return new Input.Picture(service.pictures().read(name, text));
  }

  /** Counts tokens, and the texts that are longer than the model reads. */
  private static Map<String, Object> usage(Tokenizer tokenizer, List<Input> inputs) {
    int tokens = 0;
    int cut = 0;
    for (Input input : inputs) {
      if (input instanceof Input.Words words) {
        int own = tokenizer.encode(words.text()).length;
        tokens += Math.min(own, tokenizer.contextLength());
        cut += isCut(tokenizer, words.text(), own) ? 1 : 0;
      }
    }
    Map<String, Object> usage = new LinkedHashMap<>();
    usage.put("prompt_tokens", tokens);
    usage.put("total_tokens", tokens);
    if (cut > 0) {
      usage.put("truncated_inputs", cut);
    }
    return usage;
  }

  /** A text is whole when a row with room for one more token only has padding more. */
  private static boolean isCut(Tokenizer tokenizer, String text, int own) {
    int length = tokenizer.contextLength();
    if (own < length - SPECIAL_TOKENS) {
      return false;
    }
    long[] row = tokenizer.tokenize(List.of(text)).row(0);
    long[] longer = tokenizer.withContextLength(length + 1).tokenize(List.of(text)).row(0);
    return longer[length] != tokenizer.padId() || !Arrays.equals(longer, 0, length, row, 0, length);
  }
}

package org.openclip.server.endpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.search.PictureSearch;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.server.http.Endpoint;
import org.openclip.server.http.Exchange;
import org.openclip.server.http.Problem;

/**
 * {@code POST /search}: the pictures of an index that are nearest to words, to a picture, or to
 * both. {@code {"text", "image", "like", "weight", "top", "filters"}}.
 */
final class SearchEndpoint implements Endpoint {
  private static final int MOST = 1000;

  private final Service service;
  private final PictureSearch index;

  SearchEndpoint(Service service, PictureSearch index) {
    this.service = service;
    this.index = index;
  }

  @Override
  public void answer(Exchange exchange) {
    exchange.withJson(object -> answer(exchange, object));
  }

  private void answer(Exchange exchange, Map<String, Object> object) {
    int top = Fields.number(object, "top", 20, 1, MOST);
    List<String> filters = Fields.texts(object, "filters");
    float[] query = query(object);
    index.refresh();
    List<Map<String, Object>> hits = new ArrayList<>();
    for (PictureSearch.Found found : index.search(query, top, filters)) {
      Map<String, Object> hit = new LinkedHashMap<>();
      hit.put("path", found.path());
      hit.put("cosine", found.cosine());
      hit.put("caption", found.caption());
      hit.put("tags", found.tags());
      hit.put("fields", found.fields());
      hits.add(hit);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("size", index.size());
    answer.put("lost", index.lost());
    answer.put("hits", hits);
    exchange.send(200, answer);
  }

  /** Returns the sum of the unit vectors that are asked for, each with its weight. */
  private float[] query(Map<String, Object> object) {
    String text = Fields.text(object, "text").orElse("");
    String image = Fields.text(object, "image").orElse("");
    String like = Fields.text(object, "like").orElse("");
    float share = weight(object.get("weight"));
    List<Input> inputs = new ArrayList<>();
    List<Float> weights = new ArrayList<>();
    if (!text.isBlank()) {
      inputs.add(new Input.Words(text));
      weights.add(share);
    }
    if (!image.isEmpty()) {
      inputs.add(new Input.Picture(service.pictures().read("image", image)));
      weights.add(1 - share);
    }
    if (inputs.isEmpty() && like.isEmpty()) {
      throw Problem.invalid(
          "the search has no query: send text, image, or like (the path of a picture in the"
              + " index)");
    }
    List<float[]> vectors = new ArrayList<>();
    if (!inputs.isEmpty()) {
      ModelOnDemand model = service.model("");
      try (ModelOnDemand.Use use = model.use()) {
        vectors.addAll(service.embed(use, model.name(), inputs));
      }
    }
    if (!like.isEmpty()) {
      vectors.add(
          index
              .vector(like)
              .orElseThrow(
                  () ->
                      Problem.of(
                          404, "not_found", "like is not the path of a picture in the index")));
      weights.add(1 - share);
    }
    return vectors.size() == 1 ? vectors.get(0) : sum(vectors, weights);
  }

  private static float weight(@Nullable Object value) {
    if (value == null) {
      return 0.5f;
    }
    if (!(value instanceof Number number)
        || !(number.floatValue() >= 0 && number.floatValue() <= 1)) {
      throw Fields.wrong("weight", value, "the weight of the text, from 0 to 1");
    }
    return number.floatValue();
  }

  private static float[] sum(List<float[]> vectors, List<Float> weights) {
    float[] sum = new float[vectors.get(0).length];
    for (int i = 0; i < vectors.size(); i++) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += weights.get(i) * vectors.get(i)[j];
      }
    }
    return sum;
  }

  /**
   * Answers {@code GET /picture?path=…} with the file of a picture of the index, and of nothing
   * else.
   */
  void picture(Exchange exchange) {
    String path = exchange.parameter("path");
    Problem missing = Problem.of(404, "not_found", "the picture is not in the index");
    try {
      if (path.isEmpty() || index.vector(path).isEmpty()) {
        throw missing;
      }
      Path file = Path.of(path);
      exchange.setHeader("Cache-Control", "private, max-age=3600");
      exchange.setHeader("Content-Security-Policy", "sandbox; default-src 'none'");
      exchange.send(200, type(path), Files.readAllBytes(file));
    } catch (IOException | InvalidInputException | IllegalArgumentException e) {
      throw missing;
    }
  }

  private static String type(String path) {
    String ending = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return switch (ending) {
      case "png" -> "image/png";
      case "gif" -> "image/gif";
      case "webp" -> "image/webp";
      case "bmp" -> "image/bmp";
      case "jpg", "jpeg", "jfif" -> "image/jpeg";
      default -> "application/octet-stream";
    };
  }
}

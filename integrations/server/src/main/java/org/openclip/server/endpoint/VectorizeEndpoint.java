package org.openclip.server.endpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.image.PictureSource;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.server.http.Endpoint;
import org.openclip.server.http.Exchange;
import org.openclip.server.http.Problem;

/**
 * {@code POST /vectorize} as Weaviate calls its container {@code multi2vec-clip}: texts, and
 * pictures as base64.
 */
final class VectorizeEndpoint implements Endpoint {
  private final Service service;

  VectorizeEndpoint(Service service) {
    this.service = service;
  }

  @Override
  public void answer(Exchange exchange) {
    exchange.withJson(object -> answer(exchange, object));
  }

  private void answer(Exchange exchange, Map<String, Object> object) {
    List<String> texts = Fields.texts(object, "texts");
    List<String> images = Fields.texts(object, "images");
    service.checkCount(texts.size() + images.size());
    List<Input> inputs = new ArrayList<>();
    texts.forEach(text -> inputs.add(new Input.Words(text)));
    for (int i = 0; i < images.size(); i++) {
      String name = "images[%s]".formatted(i);
      PictureSource source = service.pictures().read(name, images.get(i));
      inputs.add(new Input.Picture(source));
    }
    ModelOnDemand model = service.model("");
    try (ModelOnDemand.Use use = model.use()) {
      List<float[]> vectors = service.embed(use, model.name(), inputs);
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("textVectors", vectors.subList(0, texts.size()));
      answer.put("imageVectors", vectors.subList(texts.size(), vectors.size()));
      exchange.send(200, answer);
    }
  }

  /** Its caller reads a string. */
  @Override
  public Map<String, ?> describe(Problem problem) {
    return Map.of("error", problem.message());
  }
}

package org.openclip.server.endpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.server.http.Endpoint;
import org.openclip.server.http.Exchange;
import org.openclip.server.http.Problem;

/**
 * {@code POST /classify}: how probable each label is for each picture. {@code {"model", "images",
 * "labels", "templates", "top"}}.
 */
final class ClassifyEndpoint implements Endpoint {
  private final Service service;

  ClassifyEndpoint(Service service) {
    this.service = service;
  }

  @Override
  public void answer(Exchange exchange) {
    exchange.withJson(object -> answer(exchange, object));
  }

  private void answer(Exchange exchange, Map<String, Object> object) {
    ModelOnDemand model = service.model(Fields.text(object, "model").orElse(""));
    List<String> images = Fields.texts(object, "images");
    List<String> labels = Fields.texts(object, "labels");
    List<String> templates = Fields.texts(object, "templates");
    List<String> forms = templates.isEmpty() ? List.of(ZeroShotClassifier.PLACE) : templates;
    int top = Fields.number(object, "top", labels.size(), 1, Integer.MAX_VALUE);
    if (images.isEmpty() || labels.isEmpty()) {
      throw Problem.invalid("send at least one picture in images and one label in labels");
    }
    if (new HashSet<>(labels).size() != labels.size()) {
      throw Problem.invalid("two labels are the same; give each class its own name");
    }
    service.checkCount(images.size() + Math.multiplyExact(labels.size(), forms.size()));
    List<Input> inputs = inputs(images, labels, forms);
    try (ModelOnDemand.Use use = model.use()) {
      List<float[]> vectors = service.embed(use, model.name(), inputs);
      Embeddings pictures = rows(vectors.subList(0, images.size()));
      Embeddings classes =
          means(vectors.subList(images.size(), vectors.size()), forms.size()).normalised();
      float[][] probabilities = use.model().probabilities(pictures, classes);
      List<Object> results = new ArrayList<>();
      for (float[] row : probabilities) {
        results.add(best(row, labels, top));
      }
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("model", model.name());
      answer.put("results", results);
      exchange.send(200, answer);
    }
  }

  private List<Input> inputs(List<String> images, List<String> labels, List<String> forms) {
    List<Input> inputs = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      String name = "images[%s]".formatted(i);
      inputs.add(new Input.Picture(service.pictures().read(name, images.get(i))));
    }
    for (String label : labels) {
      try {
        ZeroShotClassifier.prompts(label, forms).forEach(p -> inputs.add(new Input.Words(p)));
      } catch (InvalidInputException e) {
        throw Problem.invalid(String.valueOf(e.getMessage()));
      }
    }
    return inputs;
  }

  private static Embeddings rows(List<float[]> vectors) {
    return Embeddings.concat(vectors.stream().map(v -> Embeddings.of(v.length, v)).toList());
  }

  /** Returns the mean of the prompts of each label. */
  private static Embeddings means(List<float[]> prompts, int each) {
    List<float[]> means = new ArrayList<>();
    for (int from = 0; from < prompts.size(); from += each) {
      float[] mean = new float[prompts.get(from).length];
      for (float[] prompt : prompts.subList(from, from + each)) {
        for (int i = 0; i < mean.length; i++) {
          mean[i] += prompt[i] / each;
        }
      }
      means.add(mean);
    }
    return rows(means);
  }

  private static List<Map<String, Object>> best(float[] row, List<String> labels, int top) {
    return IntStream.range(0, row.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -row[i]))
        .limit(top)
        .map(
            i -> {
              Map<String, Object> hit = new LinkedHashMap<>();
              hit.put("label", labels.get(i));
              hit.put("probability", row[i]);
              return hit;
            })
        .toList();
  }
}

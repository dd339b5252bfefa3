package org.openclip.server.endpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.model.ClipModel;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.hub.cli.Main;
import org.openclip.server.http.Endpoint;
import org.openclip.server.http.Exchange;

/** {@code GET /meta}: what the first model is, as Weaviate shows it, and what makes it compare. */
final class MetaEndpoint implements Endpoint {
  private final Service service;

  MetaEndpoint(Service service) {
    this.service = service;
  }

  @Override
  public void answer(Exchange exchange) {
    ModelOnDemand first = service.model("");
    Map<String, Object> answer = new LinkedHashMap<>();
    try (ModelOnDemand.Use use = first.use()) {
      ClipModel model = use.model();
      ModelConfig config = model.architecture().config();
      answer.put("model_name", first.name());
      answer.put("embed_dim", model.embedDim());
      answer.put("image_height", model.architecture().imageEncoder().height());
      answer.put("image_width", model.architecture().imageEncoder().width());
      answer.put("context_length", model.tokenizer().contextLength());
      answer.put("vocabulary_size", model.tokenizer().vocabularySize());
      answer.put("logit_scale", model.logitScale());
      answer.put("logit_bias", model.logitBias());
      answer.put("sigmoid", model.sigmoid());
      answer.put("fingerprint", model.fingerprint());
      answer.put("backend", model.backend());
      answer.put("model_cfg", config.toJson());
    }
    answer.put("models", service.models().names());
    answer.put("openclip_version", Main.version());
    exchange.send(200, answer);
  }

  /** Answers {@code GET /v1/models} as OpenAI does. */
  void list(Exchange exchange) {
    List<Map<String, Object>> models =
        service.models().all().stream().map(MetaEndpoint::describe).toList();
    exchange.send(200, Map.of("object", "list", "data", models));
  }

  private static Map<String, Object> describe(ModelOnDemand model) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("id", Objects.requireNonNull(model.name()));
    described.put("object", "model");
    described.put("created", 0);
    described.put("owned_by", "openclip");
    described.put("loaded", model.loaded());
    return described;
  }
}

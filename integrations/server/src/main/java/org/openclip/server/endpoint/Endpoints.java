package org.openclip.server.endpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.search.PictureSearch;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.server.http.Exchange;
import org.openclip.server.http.Front;
import org.openclip.server.http.Metrics;
import org.openclip.server.settings.ServedModels;
import org.openclip.server.settings.ServerOptions;

/** All that a server answers. */
public final class Endpoints implements AutoCloseable {
  private final Service service;
  private final Metrics metrics;
  private final Front front;

  /**
   * Creates the endpoints of some models, behind a front.
   *
   * @param index what is searched, by vectors of the first model; null for none
   */
  public Endpoints(
      ServerOptions options,
      ServedModels models,
      @Nullable PictureSearch index,
      Metrics metrics,
      Front front) {
    this.service = new Service(options, models, metrics);
    this.metrics = metrics;
    this.front = front;
    front.add("POST", "/v1/embeddings", new EmbeddingsEndpoint(service));
    front.add("POST", "/vectorize", new VectorizeEndpoint(service));
    front.add("POST", "/classify", new ClassifyEndpoint(service));
    MetaEndpoint meta = new MetaEndpoint(service);
    front.add("GET", "/meta", meta);
    front.add("GET", "/v1/models", meta::list);
    front.add("GET", "/metrics", this::metrics);
    front.addOpen("GET", "/.well-known/live", exchange -> exchange.send(204));
    front.addOpen("GET", "/.well-known/ready", this::ready);
    front.addOpen("GET", "/health", this::health);
    front.addOpen("GET", "/openapi.json", new StaticFile("openapi.json", "application/json"));
    if (index != null) {
      addSearch(index);
    }
  }

  private void addSearch(PictureSearch index) {
    SearchEndpoint search = new SearchEndpoint(service, index);
    front.add("POST", "/search", search);
    front.add("GET", "/picture", search::picture);
    StaticFile page = new StaticFile("page.html", "text/html; charset=utf-8");
    front.addOpen("GET", "/", page);
    front.addOpen("GET", "/page.css", new StaticFile("page.css", "text/css; charset=utf-8"));
    front.addOpen("GET", "/page.js", new StaticFile("page.js", "text/javascript; charset=utf-8"));
  }

  private void ready(Exchange exchange) {
    exchange.send(front.closing() ? 503 : 204);
  }

  private void health(Exchange exchange) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", front.closing() ? "closing" : "ok");
    exchange.send(front.closing() ? 503 : 200, answer);
  }

  private void metrics(Exchange exchange) {
    Map<String, Long> loaded = new TreeMap<>();
    Map<String, Long> underWay = new TreeMap<>();
    for (ModelOnDemand model : service.models().all()) {
      String label = "model=\"%s\"".formatted(Metrics.escape(model.name()));
      loaded.put(label, model.loaded() ? 1L : 0L);
      underWay.put(label, (long) model.underWay());
    }
    Map<String, Map<String, Long>> gauges = new TreeMap<>();
    gauges.put("openclip_model_loaded", loaded);
    gauges.put("openclip_inputs_under_way", underWay);
    gauges.put("openclip_request_bytes_under_way", Map.of("", front.bytesUnderWay()));
    exchange.send(200, "text/plain; version=0.0.4", metrics.text(gauges));
  }

  @Override
  public void close() {
    service.close();
  }
}

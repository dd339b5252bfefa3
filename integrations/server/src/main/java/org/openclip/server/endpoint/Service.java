package org.openclip.server.endpoint;

import java.util.List;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.server.http.Metrics;
import org.openclip.server.http.Problem;
import org.openclip.server.settings.ServedModels;
import org.openclip.server.settings.ServerOptions;

/** What all endpoints share: the models, the bounds, and how pictures come in. */
final class Service implements AutoCloseable {
  private final ServerOptions options;
  private final ServedModels models;
  private final RemotePictures remote;
  private final Pictures pictures;
  private final Vectors vectors;

  Service(ServerOptions options, ServedModels models, Metrics metrics) {
    this.options = options;
    this.models = models;
    this.remote = new RemotePictures(options);
    this.pictures = new Pictures(remote);
    this.vectors = new Vectors(options.timeLimit(), metrics);
  }

  ServedModels models() {
    return models;
  }

  Pictures pictures() {
    return pictures;
  }

  /**
   * Returns the model that a request names; the first when it names none.
   *
   * @throws Problem when there is none of that name
   */
  ModelOnDemand model(String name) {
    if (name.isEmpty()) {
      return models.first();
    }
    return models
        .find(name)
        .orElseThrow(
            () ->
                Problem.of(
                    404,
                    "model_not_found",
                    "model '%s' is not served; the models are %s"
                        .formatted(name, String.join(", ", models.names()))));
  }

  /**
   * Refuses a request of too many inputs.
   *
   * @throws Problem when there are too many
   */
  void checkCount(int count) {
    if (count > options.maxInputs()) {
      throw Problem.of(
          413,
          "too_many_inputs",
          "the request has %s pictures and texts, but the limit is %s; send smaller requests"
              .formatted(count, options.maxInputs()));
    }
  }

  /** Returns one vector of length 1 for each input, in order. */
  List<float[]> embed(ModelOnDemand.Use use, String model, List<Input> inputs) {
    return vectors.of(model, use.embedder(), inputs);
  }

  @Override
  public void close() {
    remote.close();
  }
}

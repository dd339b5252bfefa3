package org.openclip.server.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.InvalidInputException;
import org.openclip.api.serving.ModelOnDemand;

/** The models that a server has, by their names; the first is the one that is meant without. */
public final class ServedModels implements AutoCloseable {
  private final Map<String, ModelOnDemand> models = new LinkedHashMap<>();

  /**
   * Creates a set of models, which it closes in the end.
   *
   * @throws InvalidInputException when there is none, or two have one name
   */
  public ServedModels(List<ModelOnDemand> all) {
    for (ModelOnDemand model : all) {
      if (models.put(model.name(), model) != null) {
        throw new InvalidInputException(
            "two models are served as " + model.name() + "; give each another name");
      }
    }
    if (models.isEmpty()) {
      throw new InvalidInputException("a server needs at least one model");
    }
  }

  /** Returns the model of a name; empty when there is none. */
  public Optional<ModelOnDemand> find(String name) {
    return Optional.ofNullable(models.get(name));
  }

  /** Returns the model that is meant when none is named. */
  public ModelOnDemand first() {
    return models.values().iterator().next();
  }

  /** Returns all models, in their order. */
  public List<ModelOnDemand> all() {
    return List.copyOf(models.values());
  }

  /** Returns the names of all models, in their order. */
  public List<String> names() {
    return new ArrayList<>(models.keySet());
  }

  /** Closes every model after its last use. */
  @Override
  public void close() {
    models.values().forEach(ModelOnDemand::close);
  }
}

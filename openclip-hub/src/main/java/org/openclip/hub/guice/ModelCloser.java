package org.openclip.hub.guice;

import java.util.ArrayDeque;
import java.util.Deque;
import org.openclip.api.ClosedException;
import org.openclip.api.model.ClipModel;

/**
 * Closes the models that an injector has loaded, because Guice itself closes nothing. Thread-safe.
 */
public final class ModelCloser implements AutoCloseable {
  private final Deque<ClipModel> models = new ArrayDeque<>();
  private boolean closed;

  ModelCloser() {}

  /** Remembers a model; one that is loaded after the closing is closed at once. */
  synchronized ClipModel keep(ClipModel model) {
    if (closed) {
      model.close();
      throw new ClosedException("the injector's ModelCloser");
    }
    models.push(model);
    return model;
  }

  /** Closes every model that was loaded, the last one first. Closing twice has no effect. */
  @Override
  public synchronized void close() {
    closed = true;
    while (!models.isEmpty()) {
      models.pop().close();
    }
  }
}

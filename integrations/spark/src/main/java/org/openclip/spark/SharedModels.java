package org.openclip.spark;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.model.ClipModel;

/**
 * The models of this JVM, an executor or the driver: each is loaded once, by the first task that
 * asks, and shared by all. Tasks hold them while they run. Of those that nobody holds, the last two
 * are kept for the tasks to come.
 */
final class SharedModels {
  private static final int MOST_IDLE = 2;

  private static final SharedModels OF_THIS_JVM = new SharedModels();

  private final Map<ModelChoice, Shared> models = new LinkedHashMap<>();

  static SharedModels ofThisJvm() {
    return OF_THIS_JVM;
  }

  private static final class Shared {
    final ClipModel model;
    int holders;

    Shared(ClipModel model) {
      this.model = model;
    }
  }

  /** A model that a task holds; closing it once gives it back. */
  final class Held implements AutoCloseable {
    private final Shared shared;
    private boolean open = true;

    private Held(Shared shared) {
      this.shared = shared;
    }

    ClipModel model() {
      return shared.model;
    }

    @Override
    public void close() {
      synchronized (models) {
        if (open) {
          open = false;
          shared.holders--;
          closeIdle();
        }
      }
    }
  }

  /** Returns a model, loading it when no task has; others that want any wait meanwhile. */
  Held hold(ModelChoice choice) {
    synchronized (models) {
      Shared shared = models.remove(choice);
      if (shared == null) {
        shared = new Shared(choice.load());
      }
      models.put(choice, shared);
      shared.holders++;
      return new Held(shared);
    }
  }

  /** Returns how many models are open. */
  int size() {
    synchronized (models) {
      return models.size();
    }
  }

  private void closeIdle() {
    long idle = models.values().stream().filter(shared -> shared.holders == 0).count();
    Iterator<Shared> oldest = models.values().iterator();
    while (idle > MOST_IDLE) {
      Shared shared = oldest.next();
      if (shared.holders == 0) {
        oldest.remove();
        shared.model.close();
        idle--;
      }
    }
  }
}

package org.openclip.api.serving;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A vector that is asked for. Whoever sees it done finds its call gone from all counts. */
final class Row extends CompletableFuture<float[]> {
  private final Consumer<Row> over;
  private final AtomicBoolean told = new AtomicBoolean();

  /**
   * Creates a vector that is asked for.
   *
   * @param over takes the row once, just before it is done
   */
  Row(Consumer<Row> over) {
    this.over = over;
  }

  private void tell() {
    if (told.compareAndSet(false, true)) {
      over.accept(this);
    }
  }

  @Override
  public boolean complete(float[] vector) {
    tell();
    return super.complete(vector);
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    tell();
    return super.completeExceptionally(failure);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    tell();
    return super.cancel(mayInterruptIfRunning);
  }
}

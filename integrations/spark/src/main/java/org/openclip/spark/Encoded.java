package org.openclip.spark;

import org.jspecify.annotations.Nullable;

/** What became of a row's picture or text: a vector, or the reason why there is none. */
final class Encoded {
  private final float @Nullable [] vector;
  private final @Nullable String error;

  private Encoded(float @Nullable [] vector, @Nullable String error) {
    this.vector = vector;
    this.error = error;
  }

  static Encoded of(float[] vector) {
    return new Encoded(vector, null);
  }

  static Encoded failed(String reason) {
    return new Encoded(null, reason);
  }

  float @Nullable [] vector() {
    return vector;
  }

  @Nullable String error() {
    return error;
  }
}

package org.openclip.hub.caption;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Incremental;

/**
 * The programs of a decoder that computes one token at a time.
 *
 * @param once from the image tokens to what all steps read; null when there is nothing
 * @param step from the tokens so far and the caches to the logits of the next token
 * @param caches of the step
 */
public record StepPrograms(@Nullable Program once, Program step, List<Incremental.Cache> caches) {
  /** Copies the list. */
  // In full, because javac drops the null annotations of a compact constructor.
  public StepPrograms(@Nullable Program once, Program step, List<Incremental.Cache> caches) {
    this.once = once;
    this.step = step;
    this.caches = List.copyOf(caches);
  }
}

package org.openclip.api.graph;

import java.util.List;
import org.openclip.api.OpenClipException;

/** Operators that act only in training. In inference each one is the identity. */
public sealed interface TrainingOp extends Op {
  /**
   * Dropout: zeroes elements at random and scales the others up (Srivastava et al. 2014).
   *
   * @param input any shape
   * @param rate the share of elements zeroed, at least 0 and below 1
   */
  record Dropout(Value input, double rate) implements TrainingOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Stochastic depth: zeroes whole rows of the batch at random and scales the others up (Huang et
   * al. 2016, arXiv 1603.09382).
   *
   * @param input {@code [batch, ...]}
   * @param rate the share of rows zeroed, at least 0 and below 1
   */
  record DropPath(Value input, double rate) implements TrainingOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Patch dropout: removes tokens at random, so that the sequence is shorter in training (FLIP, Li
   * et al. 2022, arXiv 2212.00794). The shape is that of inference, where all tokens are kept.
   *
   * @param input {@code [batch, prefix + tokens, width]}
   * @param rate the share of tokens left out, at least 0 and below 1
   * @param prefix how many leading tokens are always kept
   */
  record PatchDropout(Value input, double rate, int prefix) implements TrainingOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Gathers the rows of all processes of a distributed training, in the order of their ranks. All
   * processes have the same number of rows. The gradient of a row is summed over all processes.
   *
   * @param input {@code [batch, ...]}
   * @param ranks how many processes there are; the result is {@code [ranks * batch, ...]}
   */
  record AllGather(Value input, int ranks) implements TrainingOp {
    /** Checks that there is a process. */
    public AllGather {
      if (ranks < 1) {
        throw new OpenClipException("rows of " + ranks + " processes cannot be gathered");
      }
    }

    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * The same value; no gradient flows back through it.
   *
   * @param input any shape
   */
  record StopGradient(Value input) implements TrainingOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }
}

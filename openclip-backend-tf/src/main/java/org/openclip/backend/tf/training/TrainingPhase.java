package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.TrainingOp;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.distributed.Collectives;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.Phase;
import org.openclip.backend.tf.runtime.Output;

/**
 * What happens only while a model learns. Random numbers are functions of the seed and of the
 * operator's place in its graph, so that computing it again gives the same ones.
 */
final class TrainingPhase implements Phase {
  private static final DataType REAL = DataType.FLOAT32;

  private final Output seed;
  private final Set<String> frozenStatistics;
  private final Collectives collectives;
  private final boolean sharedStatistics;
  private final List<Observation> observations = new ArrayList<>();

  /**
   * The statistics of a batch.
   *
   * @param norm whose
   * @param mean the mean of each channel
   * @param variance the unbiased variance of each channel
   */
  record Observation(NeuralOp.BatchNorm norm, Output mean, Output variance) {}

  /**
   * Creates a phase.
   *
   * @param seed {@code int64[2]}, another one for every step and part of a batch
   * @param frozenStatistics the running means that stay as they are
   * @param collectives where processes that train together meet
   * @param sharedStatistics whether batch norms see the pictures of all of them
   */
  TrainingPhase(
      Output seed,
      Set<String> frozenStatistics,
      Collectives collectives,
      boolean sharedStatistics) {
    this.seed = seed;
    this.frozenStatistics = frozenStatistics;
    this.collectives = collectives;
    this.sharedStatistics = sharedStatistics && !collectives.alone();
  }

  /** Returns a phase with the same random numbers that takes note of nothing. */
  TrainingPhase unobserved() {
    return new TrainingPhase(seed, frozenStatistics, collectives, sharedStatistics);
  }

  List<Observation> observations() {
    return observations;
  }

  @Override
  public boolean freeLength() {
    return true;
  }

  @Override
  public boolean derived() {
    return true;
  }

  @Override
  public boolean narrowPictures() {
    return true;
  }

  @Override
  public Output translate(TrainingOp op, int place, Output input, Emitter out) {
    return switch (op) {
      case TrainingOp.Dropout d -> kept(input, out.op("Shape", input), d.rate(), place, out);
      case TrainingOp.DropPath d -> {
        Shape shape = d.input().shape();
        List<Output> sizes = new ArrayList<>();
        sizes.add(size(input, 0, out));
        for (int axis = 1; axis < shape.rank(); axis++) {
          sizes.add(out.integer(1));
        }
        yield kept(input, out.pack(sizes), d.rate(), place, out);
      }
      case TrainingOp.PatchDropout d -> patches(d, place, input, out);
      case TrainingOp.AllGather gather -> {
        if (gather.ranks() != collectives.size()) {
          throw new OpenClipException(
              String.format(
                  Locale.ROOT,
                  "a graph for %d processes cannot run in a group of %d",
                  gather.ranks(),
                  collectives.size()));
        }
        yield collectives.gather(input, gather.input().shape().rank());
      }
      case TrainingOp.StopGradient stop -> out.op("StopGradient", input);
    };
  }

  /** Zeroes a share of what a mask of the shape stands for, and scales up the rest. */
  private Output kept(Output input, Output shape, double rate, int place, Emitter out) {
    Output keep = out.op("GreaterEqual", uniform(shape, place, out), out.number(rate, REAL));
    Output factor =
        out.op("Mul", out.cast(keep, DataType.BOOL, REAL), out.number(1 / (1 - rate), REAL));
    return out.op("Mul", input, factor);
  }

  private Output patches(TrainingOp.PatchDropout d, int place, Output input, Emitter out) {
    long all = d.input().shape().size(1) - d.prefix();
    long few = Math.max(1, (long) (all * (1 - d.rate())));
    Output batch = size(input, 0, out);
    Output random = uniform(out.pack(List.of(batch, out.integer(all))), place, out);
    Output chosen = new Output(out.op("TopKV2", random, out.integer(few)).operation(), 1);
    Output prefix = slice(input, 0, d.prefix(), out);
    Output tokens = slice(input, d.prefix(), -1, out);
    Output found =
        out.begin("GatherV2", tokens, chosen, out.integer(1)).attr("batch_dims", 1).build();
    return d.prefix() == 0 ? found : out.concat(List.of(prefix, found), 1);
  }

  private static Output slice(Output input, long from, long count, Emitter out) {
    return out.op("Slice", input, out.integers(0, from, 0), out.integers(-1, count, -1));
  }

  private static Output size(Output input, int axis, Emitter out) {
    return out.op("GatherV2", out.op("Shape", input), out.integer(axis), out.integer(0));
  }

  private Output uniform(Output shape, int place, Emitter out) {
    Output own = out.op("AddV2", seed, out.number(place * 1_000_003.0, DataType.INT64));
    return out.begin("StatelessRandomUniform", shape, own).attr("dtype", REAL).build();
  }

  @Override
  public boolean batchStatistics(NeuralOp.BatchNorm norm) {
    return !frozenStatistics.contains(norm.mean().label());
  }

  @Override
  public boolean sharedStatistics() {
    return sharedStatistics;
  }

  @Override
  public Output sumOfAll(Output own) {
    return collectives.sum(own);
  }

  @Override
  public void observe(NeuralOp.BatchNorm norm, Output mean, Output variance) {
    observations.add(new Observation(norm, mean, variance));
  }
}

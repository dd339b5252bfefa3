package org.openclip.backend.tf.training;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.TrainingPlan;
import org.openclip.backend.tf.distributed.Flat;
import org.openclip.backend.tf.distributed.Shards;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.NativeCall;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.NativeTensor;
import org.openclip.backend.tf.runtime.Output;

/**
 * The optimizer's state as it is saved: whole, however many processes share it out. The first
 * process gets what others have, a piece at a time.
 */
final class KeptState {
  private final Emitter out;
  private final OptimizerVariables state;
  private final NativeSession session;
  private final Updates.Sharing sharing;
  private final TrainingPlan plan;
  private @Nullable List<Piece> pieces;

  /**
   * Some of the state, which one process has.
   *
   * @param names of its tensors; none where this process does not get them
   * @param call that returns them, one after the other in one list, to those that get them
   */
  private record Piece(List<String> names, NativeCall call) {}

  KeptState(
      Emitter out,
      OptimizerVariables state,
      NativeSession session,
      Updates.Sharing sharing,
      TrainingPlan plan) {
    this.out = out;
    this.state = state;
    this.session = session;
    this.sharing = sharing;
    this.plan = plan;
  }

  /** Copies tensors out of a session. */
  static Weights fetch(NativeSession session, List<String> names, List<Output> values) {
    if (names.isEmpty()) {
      return Weights.of(Map.of());
    }
    List<NativeTensor> results = List.of();
    try (NativeCall call = session.prepare(List.of(), values, List.of())) {
      results = call.run(List.of());
      return Weights.of(TfTrainer.named(names, results));
    } finally {
      results.forEach(NativeTensor::close);
    }
  }

  /** Returns all of it; of processes that share it out, to the first alone. */
  Weights copy() {
    Shards shards = sharing.shards();
    if (shards == null) {
      return fetch(session, List.copyOf(state.names()), state.read());
    }
    List<Piece> known = pieces;
    if (known == null) {
      known = shards.buckets(plan.rules().keySet()).stream().flatMap(this::pieces).toList();
      pieces = known;
    }
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (Piece piece : known) {
      List<NativeTensor> results = piece.call().run(List.of());
      try {
        if (!piece.names().isEmpty()) {
          take(results.get(0).copy(), piece.names(), all);
        }
      } finally {
        results.forEach(NativeTensor::close);
      }
    }
    if (sharing.collectives().rank() != 0) {
      return Weights.of(Map.of());
    }
    // In the order of one process that has all.
    Map<String, Tensor> ordered = new LinkedHashMap<>();
    state.all().forEach(name -> ordered.put(name, all.get(name)));
    return Weights.of(ordered);
  }

  private void take(Tensor list, List<String> names, Map<String, Tensor> all) {
    int at = 0;
    for (String name : names) {
      long[] shape = state.shape(name);
      int bytes = Math.toIntExact(4 * Tensor.count(shape));
      ByteBuffer own = Tensor.allocate(bytes);
      own.put(list.data().slice(at, bytes)).rewind();
      all.put(name, Tensor.of(DataType.FLOAT32, own, shape));
      at += bytes;
    }
  }

  /** Returns a piece for each kind of state. */
  private java.util.stream.Stream<Piece> pieces(Shards.Bucket bucket) {
    return plan.optimizer().state().stream().map(kind -> piece(bucket, kind));
  }

  private Piece piece(Shards.Bucket bucket, String kind) {
    List<String> names =
        bucket.names().stream().map(p -> OptimizerVariables.name(kind, p)).toList();
    int rank = sharing.collectives().rank();
    boolean own = bucket.owner() == rank;
    Output list = own ? Flat.of(out, names.stream().map(state::read).toList()).joined() : null;
    if (bucket.owner() == 0) {
      return list == null
          ? new Piece(
              List.of(),
              session.prepare(List.of(), List.of(), List.of(out.graph().op("NoOp").build())))
          : new Piece(names, session.prepare(List.of(), List.of(list), List.of()));
    }
    Output given = sharing.collectives().give(list, bucket.count(), null);
    return rank == 0
        ? new Piece(names, session.prepareTogether(List.of(), List.of(given), List.of()))
        : new Piece(List.of(), session.prepareTogether(List.of(), List.of(), List.of(given)));
  }

  /** Sees that a saved state is one of this plan. */
  void check(Weights saved) {
    for (String name : state.all()) {
      if (!saved.names().contains(name)
          || !Arrays.equals(saved.get(name).shape(), state.shape(name))) {
        throw new InvalidInputException(
            "the optimizer's state has no '%s' of shape %s; it belongs to another training run"
                .formatted(name, Arrays.toString(state.shape(name))));
      }
    }
  }

  /** Takes over what this process has of a saved state. */
  void restore(Weights saved) {
    if (state.names().isEmpty()) {
      return;
    }
    List<Output> feeds = new ArrayList<>();
    List<Output> assignments = new ArrayList<>();
    List<NativeTensor> tensors = new ArrayList<>();
    for (String name : state.names()) {
      Output given =
          out.graph()
              .op("Placeholder")
              .attr("dtype", DataType.FLOAT32)
              .shape("shape", state.shape(name))
              .build();
      feeds.add(given);
      assignments.add(TrainedVariables.assign(out, state.handle(name), given, DataType.FLOAT32));
      tensors.add(NativeTensor.copyOf(saved.get(name)));
    }
    try (NativeCall call = session.prepare(feeds, List.of(), assignments)) {
      call.run(tensors);
    } finally {
      tensors.forEach(NativeTensor::close);
    }
  }
}

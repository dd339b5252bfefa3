package org.openclip.backend.tf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.openclip.api.ClosedException;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.InputCheck;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.Shape;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.Lowering;
import org.openclip.backend.tf.lowering.ModelVariables;
import org.openclip.backend.tf.lowering.Numbers;
import org.openclip.backend.tf.lowering.Phase;
import org.openclip.backend.tf.runtime.NativeCall;
import org.openclip.backend.tf.runtime.NativeGraph;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.NativeTensor;
import org.openclip.backend.tf.runtime.Output;
import org.tensorflow.proto.ConfigProto;

/** A session of TensorFlow over weights that it reads where they lie, if it can. */
final class TfProgram implements Program {
  private final Graph graph;
  private final NativeGraph nativeGraph;
  private final NativeSession session;
  private final NativeCall call;
  private final int threads;

  /** Keeps mapped files in place for variables that share their memory. */
  @SuppressWarnings("unused")
  private final List<Tensor> shared;

  /** Runs hold the reading half, closing the writing half. */
  private final ReadWriteLock inUse = new ReentrantReadWriteLock();

  private boolean closed;

  private TfProgram(
      Graph graph,
      NativeGraph nativeGraph,
      NativeSession session,
      NativeCall call,
      List<Tensor> shared,
      int threads) {
    this.graph = graph;
    this.nativeGraph = nativeGraph;
    this.session = session;
    this.call = call;
    this.shared = shared;
    this.threads = threads;
  }

  /**
   * Translates a graph and opens a session; what was opened before a failure is closed.
   *
   * @param threads how many cores a run keeps busy
   */
  static TfProgram open(
      Graph graph, Weights weights, Numbers numbers, ConfigProto config, int threads) {
    NativeGraph nativeGraph = new NativeGraph();
    NativeSession session = null;
    boolean opened = false;
    try {
      Emitter out = new Emitter(nativeGraph);
      ModelVariables variables = new ModelVariables(out, weights, numbers);
      Map<String, Output> inputs = new LinkedHashMap<>();
      for (LeafOp.Input input : graph.inputs()) {
        inputs.put(input.name(), placeholder(nativeGraph, input));
      }
      Map<String, Output> outputs =
          Lowering.lower(graph, out, inputs, numbers, Phase.INFERENCE, variables);
      session = NativeSession.open(nativeGraph, config);
      variables.fill(session);
      NativeCall call =
          session.prepare(List.copyOf(inputs.values()), List.copyOf(outputs.values()), List.of());
      opened = true;
      return new TfProgram(graph, nativeGraph, session, call, variables.shared(), threads);
    } finally {
      if (!opened) {
        if (session != null) {
          session.close();
        }
        nativeGraph.close();
      }
    }
  }

  private static Output placeholder(NativeGraph graph, LeafOp.Input input) {
    Shape shape = input.shape();
    return graph
        .op("Placeholder", input.name())
        .attr("dtype", input.type())
        .shape("shape", shape.dims().stream().mapToLong(d -> d.fixed() ? d.size() : -1).toArray())
        .build();
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    InputCheck.check(graph, inputs);
    inUse.readLock().lock();
    List<NativeTensor> open = new ArrayList<>();
    try {
      if (closed) {
        throw new ClosedException("the program of graph " + graph.name());
      }
      for (LeafOp.Input input : graph.inputs()) {
        open.add(NativeTensor.of(Objects.requireNonNull(inputs.get(input.name()))));
      }
      List<NativeTensor> results = call.run(List.copyOf(open));
      open.addAll(results);
      Map<String, Tensor> outputs = new LinkedHashMap<>();
      int next = 0;
      for (String name : graph.outputs().keySet()) {
        outputs.put(name, results.get(next++).copy());
      }
      return outputs;
    } finally {
      open.forEach(NativeTensor::close);
      inUse.readLock().unlock();
    }
  }

  boolean isClosed() {
    inUse.readLock().lock();
    try {
      return closed;
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public void close() {
    inUse.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
        nativeGraph.close();
      }
    } finally {
      inUse.writeLock().unlock();
    }
  }
}

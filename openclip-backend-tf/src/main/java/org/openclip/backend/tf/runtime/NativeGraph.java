package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_AddGradientsWithPrefix;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphToGraphDef;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewBuffer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationOutputType;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.BackendException;
import org.openclip.api.tensor.DataType;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.proto.GraphDef;

/** A TensorFlow graph in the making. Not safe for many threads. */
public final class NativeGraph implements AutoCloseable {
  private final TF_Graph graph = TF_NewGraph();
  private final NativeStatus status = new NativeStatus();
  private final Map<String, Integer> names = new HashMap<>();
  private final BatchProducts products = new BatchProducts(this);
  private final Map<String, Backward> backwards = new HashMap<>();
  private String deriving = "";
  private @Nullable RuntimeException failure;
  private boolean closed;

  /** The way back through an operation for which TensorFlow has no derivative. */
  public interface Backward {
    /**
     * Writes the derivatives by the operation's inputs, in order.
     *
     * @param incoming the derivative by its first result
     */
    List<Output> write(Output incoming);
  }

  TF_Graph pointer() {
    return graph;
  }

  NativeStatus status() {
    return status;
  }

  /** Begins an operation with a name made from its type. */
  public OpBuilder op(String type) {
    return op(type, type);
  }

  /**
   * Begins an operation.
   *
   * @param type a registered type, such as {@code MatMul}
   * @param name its name; a number is added when it is taken already
   */
  public OpBuilder op(String type, String name) {
    // What is written while TensorFlow derives must have the name that it gave to all of it.
    String full = deriving.isEmpty() ? name : deriving + "/own/" + name;
    int count = names.merge(full, 1, Integer::sum);
    return new OpBuilder(this, type, count == 1 ? full : full + "__" + count, !deriving.isEmpty());
  }

  /** Returns whether this platform lets the derivatives of a type of operation be written. */
  public boolean derives(String type) {
    return CustomDerivatives.registered(type);
  }

  /** Says how a result is derived, of an operation whose type is TensorFlow's own to derive not. */
  public void derive(String type, Output result, Backward backward) {
    CustomDerivatives.register(type);
    backwards.put(TF_OperationName(result.operation()).getString(), backward);
  }

  /** Writes the derivatives by the inputs of an operation, while TensorFlow derives. */
  List<Output> derivatives(String operation, Output incoming) {
    Backward backward = backwards.get(operation);
    if (backward == null) {
      throw new IllegalStateException("no gradient is registered for " + operation);
    }
    return backward.write(incoming);
  }

  /** Takes note of what went wrong while TensorFlow derived. */
  void failed(RuntimeException e) {
    failure = e;
  }

  /** Returns the type of a result. */
  public DataType type(Output output) {
    try (TF_Output native1 = new TF_Output(1)) {
      output.store(native1, 0);
      return ElementTypes.type(TF_OperationOutputType(native1));
    }
  }

  /** Returns the name by which a result is found in a written graph, such as {@code MatMul:0}. */
  public String name(Output output) {
    return TF_OperationName(output.operation()).getString() + ":" + output.index();
  }

  /**
   * Adds the derivatives of values and returns them, empty where a value does not depend on an
   * input.
   *
   * @param of the values
   * @param by what they are derived by
   * @param incoming the derivatives of what follows by each value; null for ones
   */
  public List<Optional<Output>> gradients(
      List<Output> of, List<Output> by, @Nullable List<Output> incoming) {
    String prefix = "gradients" + names.merge("gradients", 1, Integer::sum);
    try (TF_Output values = array(of);
        TF_Output inputs = array(by);
        TF_Output given = incoming == null ? new TF_Output() : array(incoming);
        TF_Output found = new TF_Output(by.size())) {
      deriving = prefix;
      try {
        CustomDerivatives.with(
            this,
            () ->
                TF_AddGradientsWithPrefix(
                    graph,
                    prefix,
                    values,
                    of.size(),
                    inputs,
                    by.size(),
                    incoming == null ? null : given,
                    status.pointer(),
                    found));
      } finally {
        deriving = "";
      }
      if (failure != null) {
        throw failure;
      }
      status.check("the derivation of a graph");
      Map<TF_Operation, Output> replaced = products.replace();
      List<Optional<Output>> gradients = new ArrayList<>();
      for (int i = 0; i < by.size(); i++) {
        TF_Operation operation = found.position(i).oper();
        gradients.add(
            operation == null || operation.isNull()
                ? Optional.empty()
                : Optional.of(
                    replaced.getOrDefault(operation, new Output(operation, found.index()))));
      }
      found.position(0);
      return gradients;
    }
  }

  /** Returns the graph in TensorFlow's own form. */
  public GraphDef definition() {
    TF_Buffer buffer = TF_NewBuffer();
    try {
      TF_GraphToGraphDef(graph, buffer, status.pointer());
      status.check("writing a graph");
      return GraphDef.parseFrom(buffer.dataAsByteBuffer());
    } catch (InvalidProtocolBufferException e) {
      throw new BackendException(NativeLibrary.BACKEND, "its own graph is not readable", e);
    } finally {
      org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteBuffer(buffer);
    }
  }

  /** Returns a native array, which the caller closes. */
  static TF_Output array(List<Output> outputs) {
    TF_Output array = new TF_Output(Math.max(1, outputs.size()));
    for (int i = 0; i < outputs.size(); i++) {
      outputs.get(i).store(array, i);
    }
    array.position(0);
    return array;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      products.close();
      TF_DeleteGraph(graph);
      status.close();
    }
  }
}

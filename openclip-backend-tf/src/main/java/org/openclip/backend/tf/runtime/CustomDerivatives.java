package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TFJ_RegisterCustomGradient;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationName;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.BackendException;
import org.tensorflow.internal.c_api.TFJ_GradFuncAdapter;
import org.tensorflow.internal.c_api.TFJ_GraphId;
import org.tensorflow.internal.c_api.TFJ_Scope;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;

/**
 * Derivatives of operations for which TensorFlow has none. It calls back while it derives a graph,
 * on the same thread, which is how the graph is found again.
 */
final class CustomDerivatives extends TFJ_GradFuncAdapter {
  private static final CustomDerivatives ADAPTER = new CustomDerivatives();
  private static final Set<String> TYPES = new HashSet<>();
  private static final ThreadLocal<@Nullable NativeGraph> GRAPH = new ThreadLocal<>();

  private CustomDerivatives() {}

  /** Lets a type of operation have derivatives that its graph knows. */
  static void register(String type) {
    if (!registered(type)) {
      throw new BackendException(
          NativeLibrary.BACKEND,
          "TensorFlow cannot compute the gradient of " + type + " on this platform; use Linux");
    }
  }

  /** Does the same, and returns whether this platform permits it. */
  static synchronized boolean registered(String type) {
    if (!TYPES.contains(type) && TFJ_RegisterCustomGradient(type, ADAPTER)) {
      TYPES.add(type);
    }
    return TYPES.contains(type);
  }

  /** Derives, with a graph at hand. */
  static void with(NativeGraph graph, Runnable derivation) {
    GRAPH.set(graph);
    try {
      derivation.run();
    } finally {
      GRAPH.remove();
    }
  }

  @Override
  @SuppressWarnings("rawtypes")
  public int call(
      TFJ_GraphId graphId,
      TFJ_Scope nativeScope,
      TF_Operation operation,
      TF_Output incoming,
      int incomingCount,
      PointerPointer results) {
    NativeGraph graph = GRAPH.get();
    if (graph == null) {
      return 0;
    }
    // An exception must not cross the native code; the derivation fails for want of results.
    try {
      Output given = new Output(new TF_Operation(incoming.oper()), incoming.index());
      List<Output> derivatives = graph.derivatives(TF_OperationName(operation).getString(), given);
      long bytes = (long) derivatives.size() * Pointer.sizeof(TF_Output.class);
      TF_Output array = new TF_Output(Pointer.malloc(bytes));
      for (int i = 0; i < derivatives.size(); i++) {
        Output derivative = derivatives.get(i);
        TF_Output place = array.getPointer(i);
        place.oper(derivative.operation()).index(derivative.index());
      }
      results.put(array);
      return derivatives.size();
    } catch (RuntimeException e) {
      graph.failed(e);
      return 0;
    }
  }
}

package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphNextOperation;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationGetAttrBool;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationInput;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationOpType;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationOutputConsumers;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationOutputNumConsumers;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_UpdateEdge;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.SizeTPointer;
import org.tensorflow.internal.c_api.TF_Input;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;

/**
 * Products of many matrices as derivatives write them, in another version of the operation than the
 * one that oneDNN has a kernel for, at less than half its speed. They become the latter.
 */
final class BatchProducts implements AutoCloseable {
  private static final String SLOW = "BatchMatMulV3";
  private static final String FAST = "BatchMatMulV2";

  private final NativeGraph graph;
  private final SizeTPointer position = new SizeTPointer(1).put(0);

  BatchProducts(NativeGraph graph) {
    this.graph = graph;
  }

  /**
   * Replaces the products that were added since the last call.
   *
   * @return what stands in an operation's place
   */
  Map<TF_Operation, Output> replace() {
    Map<TF_Operation, Output> replaced = new HashMap<>();
    TF_Operation operation = TF_GraphNextOperation(graph.pointer(), position);
    while (operation != null && !operation.isNull()) {
      if (TF_OperationOpType(operation).getString().equals(SLOW)) {
        replaced.put(operation, replace(operation));
      }
      operation = TF_GraphNextOperation(graph.pointer(), position);
    }
    return replaced;
  }

  private Output replace(TF_Operation slow) {
    Output left = input(slow, 0);
    Output right = input(slow, 1);
    if (graph.type(left) != graph.type(right)
        || graph.type(left) != graph.type(new Output(slow, 0))) {
      return new Output(slow, 0);
    }
    Output fast =
        graph
            .op(FAST)
            .inputs(left, right)
            .attr("adj_x", flag(slow, "adj_x"))
            .attr("adj_y", flag(slow, "adj_y"))
            .build();
    try (TF_Output from = NativeGraph.array(List.of(new Output(slow, 0)));
        TF_Output to = NativeGraph.array(List.of(fast))) {
      int count = TF_OperationOutputNumConsumers(from);
      try (TF_Input consumers = new TF_Input(Math.max(1, count))) {
        TF_OperationOutputConsumers(from, consumers, count);
        for (int i = 0; i < count; i++) {
          TF_UpdateEdge(graph.pointer(), to, consumers.getPointer(i), graph.status().pointer());
          graph.status().check("a derivative of a product");
        }
      }
    }
    return fast;
  }

  private static Output input(TF_Operation operation, int index) {
    try (TF_Input place = new TF_Input().oper(operation).index(index)) {
      TF_Output from = TF_OperationInput(place);
      return new Output(from.oper(), from.index());
    }
  }

  private boolean flag(TF_Operation operation, String name) {
    byte[] value = new byte[1];
    TF_OperationGetAttrBool(operation, name, value, graph.status().pointer());
    graph.status().check("attribute " + name);
    return value[0] != 0;
  }

  @Override
  public void close() {
    position.close();
  }
}

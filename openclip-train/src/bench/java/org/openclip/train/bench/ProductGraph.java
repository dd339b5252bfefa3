package org.openclip.train.bench;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Products of matrices and their derivatives, alone in a graph of TensorFlow. Their matrices lie in
 * variables, so that nothing is computed before they run.
 */
final class ProductGraph implements AutoCloseable {
  /** So many that threads that work on an operation each have equally much to do. */
  static final int COPIES = 2;

  private final Graph graph = new Graph();
  private final Session session;
  private final List<Operation> ways = new ArrayList<>();

  <T extends TNumber> ProductGraph(Product product, Class<T> type) {
    for (int i = 0; i < COPIES; i++) {
      add(product, type);
    }
    session = new Session(graph);
    session.initialize();
  }

  private <T extends TNumber> void add(Product product, Class<T> type) {
    boolean one = product.parts() == 1;
    Operand<T> left = matrix(type, product, product.rows(), product.inner());
    // A linear layer has its weight as [columns, inner].
    Operand<T> right = matrix(type, product, product.columns(), product.inner());
    Operand<T> incoming = matrix(type, product, product.rows(), product.columns());
    ways.add(multiply(one, left, false, right, true));
    ways.add(multiply(one, incoming, true, left, false));
    if (product.derived()) {
      ways.add(multiply(one, incoming, false, right, false));
    }
  }

  private <T extends TNumber> Operand<T> matrix(
      Class<T> type, Product product, long rows, long columns) {
    Ops tf = Ops.create(graph);
    long[] shape =
        product.parts() == 1
            ? new long[] {rows, columns}
            : new long[] {product.parts(), rows, columns};
    return tf.variable(
        tf.dtypes.cast(tf.random.randomStandardNormal(tf.constant(shape), TFloat32.class), type));
  }

  private Operation multiply(
      boolean one, Operand<?> left, boolean turnLeft, Operand<?> right, boolean turnRight) {
    return graph
        .baseScope()
        .opBuilder(one ? "MatMul" : "BatchMatMulV2", "Product")
        .addInput(left.asOutput())
        .addInput(right.asOutput())
        .setAttr(one ? "transpose_a" : "adj_x", turnLeft)
        .setAttr(one ? "transpose_b" : "adj_y", turnRight)
        .build();
  }

  /** Computes all copies. */
  void run() {
    // As targets: what only something else waits for is left out.
    Session.Runner runner = session.runner();
    ways.forEach(way -> runner.addTarget(way));
    runner.run().close();
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}

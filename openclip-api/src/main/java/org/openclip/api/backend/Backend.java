package org.openclip.api.backend;

import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.graph.Graph;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;

/**
 * A numerical runtime that is ready to run graphs on one device. Safe for many threads; exceptions
 * of the native runtime never leave it.
 */
public interface Backend extends AutoCloseable {
  /** Returns the provider's name, such as {@code onnx}. */
  String name();

  /** Returns one line for people: the runtime, its version, and the device in use. */
  String description();

  /** Returns the device in use, never {@link Device.Kind#AUTO}. */
  Device device();

  /**
   * Turns a graph and its weights into a program. Every parameter of the graph must be among the
   * weights with the graph's shape, in any floating-point type; it is read in place for as long as
   * the program lives, so the weights must stay open until the program is closed.
   *
   * @throws BackendException when the runtime refuses
   * @throws ClosedException after {@link #close}
   */
  Program compile(Graph graph, Weights weights);

  /**
   * Begins to train.
   *
   * @param plan what is trained and how
   * @param weights where every parameter starts, in any floating-point type; they are copied
   * @throws BackendException when this backend cannot train, or not in its precision
   * @throws ClosedException after {@link #close}
   */
  default Trainer train(TrainingPlan plan, Weights weights) {
    throw new BackendException(
        name(), "it runs models but does not train them; add openclip-backend-tf, which does");
  }

  /**
   * Closes every program and trainer that is still open, then the runtime. Closing twice is
   * harmless.
   */
  @Override
  void close();
}

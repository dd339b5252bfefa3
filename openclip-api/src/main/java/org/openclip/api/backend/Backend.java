package org.openclip.api.backend;

import java.nio.file.Path;
import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.graph.Graph;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;

/**
 * A numerical runtime, such as ONNX Runtime or TensorFlow, that runs graphs on one device.
 * Thread-safe. Exceptions of the native runtime are wrapped in {@link BackendException}.
 */
public interface Backend extends AutoCloseable {
  /** Returns the provider's name, such as {@code onnx}. */
  String name();

  /** Returns one line of text for users: the runtime, its version, and the device in use. */
  String description();

  /**
   * Returns the runtime and its version, such as {@code TensorFlow 2.18.0}. Processes that train
   * together must have the same one.
   */
  default String runtime() {
    return name();
  }

  /** Returns the device in use, never {@link Device.Kind#AUTO}. */
  Device device();

  /**
   * Compiles a graph and its weights into a program. The weights must contain every parameter of
   * the graph with the graph's shape, in any floating-point type. The program reads them in place,
   * so the weights must stay open until the program is closed.
   *
   * @throws BackendException when the runtime refuses
   * @throws ClosedException after {@link #close}
   */
  Program compile(Graph graph, Weights weights);

  /**
   * Opens a file in the runtime's own format, from any tool, as a program. It is used to compare
   * the speed of models with programs from elsewhere.
   *
   * @throws BackendException when the runtime has no such format, or refuses the file
   * @throws ClosedException after {@link #close}
   */
  default FileProgram open(Path file) {
    throw new BackendException(
        name(), "it has no model file format of its own and cannot open " + file);
  }

  /**
   * Creates a trainer for a plan.
   *
   * @param plan what is trained and how
   * @param weights the initial values of all parameters, in any floating-point type; they are
   *     copied
   * @throws BackendException when this backend does not support training, or does not in its
   *     precision
   * @throws ClosedException after {@link #close}
   */
  default Trainer train(TrainingPlan plan, Weights weights) {
    throw new BackendException(
        name(), "it runs models but cannot train them; add openclip-backend-tf, which can");
  }

  /**
   * Closes every program and trainer that is still open, then the runtime. Closing twice has no
   * effect.
   */
  @Override
  void close();
}

package org.openclip.backend.onnx.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.onnx.model.OnnxModel;

/**
 * Weights that a session reads in the mapped checkpoint, without a copy. The runtime takes
 * initializers by reference only if the graph names a file for them. The file must exist but is not
 * read, so an empty one is there while the session is opened.
 */
final class SharedWeights implements AutoCloseable {
  /** The runtime's key for the folder of such files. */
  private static final String FOLDER = "session.model_external_initializers_file_folder_path";

  /** Smaller tensors may be read by the runtime's own optimisations, and cost nothing to copy. */
  private static final long LEAST_BYTES = 64 << 10;

  private static final System.Logger LOG = System.getLogger(SharedWeights.class.getName());

  private final SessionOptions options;
  private final Set<String> names;
  private final @Nullable Path folder;

  private SharedWeights(SessionOptions options, Set<String> names, @Nullable Path folder) {
    this.options = options;
    this.names = names;
    this.folder = folder;
  }

  /**
   * Prepares the opening of one session, which must end before this is closed.
   *
   * @param names the weights that may be shared
   */
  static SharedWeights prepare(SessionOptions options, Set<String> names) throws OrtException {
    if (names.isEmpty()) {
      return new SharedWeights(options, names, null);
    }
    try {
      Path folder = Files.createTempDirectory("openclip-onnx");
      Files.createFile(folder.resolve(OnnxModel.WEIGHTS));
      options.addConfigEntry(FOLDER, folder.toString());
      return new SharedWeights(options, names, folder);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no temporary folder can be created; weights are copied", e);
      return new SharedWeights(options, Set.of(), null);
    }
  }

  /** Shares a weight with the session if it may be; returns whether it is. */
  boolean share(String name, Tensor tensor, OnnxTensor wrapped) throws OrtException {
    boolean shared = names.contains(name) && tensor.bytes() >= LEAST_BYTES;
    if (shared) {
      options.addInitializer(name, wrapped);
    }
    return shared;
  }

  @Override
  public void close() {
    if (folder == null) {
      return;
    }
    try {
      Files.deleteIfExists(folder.resolve(OnnxModel.WEIGHTS));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "an empty folder cannot be deleted", e);
    }
  }
}

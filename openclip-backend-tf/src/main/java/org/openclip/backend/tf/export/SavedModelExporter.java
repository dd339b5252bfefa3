package org.openclip.backend.tf.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.ExportableModel;
import org.openclip.api.backend.ModelExporter;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.ModelVariables;
import org.openclip.backend.tf.lowering.Numbers;
import org.openclip.backend.tf.runtime.Integers;
import org.openclip.backend.tf.runtime.NativeGraph;
import org.openclip.backend.tf.runtime.NativeLibrary;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.Threads;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * Writes models as a TensorFlow SavedModel with the tag {@code serve}: a signature for each
 * program, and the classifier once more as {@code serving_default}, which TensorFlow Serving looks
 * for.
 */
public final class SavedModelExporter implements ModelExporter {
  private static final String TAG = "serve";

  /** Creates the exporter; nothing native is loaded yet. */
  public SavedModelExporter() {}

  @Override
  public String format() {
    return "SavedModel";
  }

  @Override
  public List<Path> export(ExportableModel model, Path folder) {
    Integers.refuse(model.precision());
    Integers.refuse(model.weights());
    NativeLibrary.load();
    NativeLibrary.threads(Threads.together(Runtime.getRuntime().availableProcessors()));
    try (NativeGraph graph = new NativeGraph()) {
      Emitter out = new Emitter(graph);
      Numbers numbers = Numbers.of(model.precision(), false);
      ModelVariables variables = new ModelVariables(out, model.weights(), numbers);
      Map<String, Signature> signatures = new SavedPrograms(out, numbers, variables).write(model);
      VariableFiles files = VariableFiles.describe(out, variables.variables());
      MetaGraphDef.Builder meta =
          MetaGraphDef.newBuilder()
              .setMetaInfoDef(
                  MetaGraphDef.MetaInfoDef.newBuilder()
                      .addTags(TAG)
                      .setTensorflowVersion(NativeLibrary.version()))
              .setSaverDef(files.saver())
              .setGraphDef(graph.definition());
      signatures.forEach((name, s) -> meta.putSignatureDef(name, s.definition(graph)));
      Path written = folder.resolve("saved_model.pb");
      Path prefix = Files.createDirectories(folder.resolve("variables")).resolve("variables");
      try (NativeSession session = NativeSession.open(graph, ConfigProto.getDefaultInstance())) {
        variables.fill(session);
        VariableFiles.save(out, variables.variables(), prefix, session);
      }
      try (OutputStream stream = Files.newOutputStream(written)) {
        SavedModel.newBuilder()
            .setSavedModelSchemaVersion(1)
            .addMetaGraphs(meta)
            .build()
            .writeTo(stream);
      }
      return List.of(
          written,
          prefix.resolveSibling("variables.index"),
          prefix.resolveSibling("variables.data-00000-of-00001"));
    } catch (IOException e) {
      throw new OpenClipException(
          "model " + model.name() + " cannot be written into " + folder + ": " + e, e);
    }
  }
}

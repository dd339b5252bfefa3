package org.openclip.backend.tf.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.ModelVariables.Variable;
import org.openclip.backend.tf.runtime.ElementTypes;
import org.openclip.backend.tf.runtime.NativeCall;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.OpBuilder;
import org.openclip.backend.tf.runtime.Output;
import org.tensorflow.proto.SaverDef;

/**
 * The files of a SavedModel's variables.
 *
 * @param saver the names of the operations that read and write them
 */
record VariableFiles(SaverDef saver) {
  /** Adds the operations that a loader looks for. */
  static VariableFiles describe(Emitter out, Map<String, Variable> variables) {
    Output prefix =
        out.graph()
            .op("Placeholder", "saver/prefix")
            .type("dtype", ElementTypes.STRING)
            .shape("shape")
            .build();
    Output saved = write(out, variables, prefix);
    Output written = out.begin("Identity", prefix).after(saved).build();
    Output names = texts(out, true, List.copyOf(variables.keySet()));
    List<DataType> types = variables.values().stream().map(Variable::type).toList();
    Output restored =
        out.begin("RestoreV2", prefix, names, whole(out, variables.size()))
            .types("dtypes", types)
            .build();
    OpBuilder all = out.graph().op("NoOp", "saver/restore_all");
    int next = 0;
    for (Variable variable : variables.values()) {
      Output value = new Output(restored.operation(), next++);
      all.after(
          out.begin("AssignVariableOp", variable.handle(), value)
              .attr("dtype", variable.type())
              .build());
    }
    String restore = out.graph().name(all.build());
    return new VariableFiles(
        SaverDef.newBuilder()
            .setFilenameTensorName(out.graph().name(prefix))
            .setSaveTensorName(out.graph().name(written))
            .setRestoreOpName(restore.substring(0, restore.indexOf(':')))
            .setVersion(SaverDef.CheckpointFormatVersion.V2)
            .build());
  }

  /** Writes the variables of a session. */
  static void save(
      Emitter out, Map<String, Variable> variables, Path prefix, NativeSession session) {
    Output path = texts(out, false, List.of(prefix.toAbsolutePath().toString()));
    Output saved = write(out, variables, path);
    try (NativeCall call = session.prepare(List.of(), List.of(), List.of(saved))) {
      call.run(List.of());
    }
  }

  private static Output write(Emitter out, Map<String, Variable> variables, Output prefix) {
    List<Output> values = new ArrayList<>();
    variables
        .values()
        .forEach(
            v ->
                values.add(
                    out.begin("ReadVariableOp", v.handle()).attr("dtype", v.type()).build()));
    Output names = texts(out, true, List.copyOf(variables.keySet()));
    return out.begin("SaveV2", prefix, names, whole(out, variables.size()))
        .inputList(values)
        .build();
  }

  /** Returns empty texts, which stand for tensors that are not cut. */
  private static Output whole(Emitter out, int count) {
    return texts(out, true, Collections.nCopies(count, ""));
  }

  private static Output texts(Emitter out, boolean list, List<String> values) {
    return out.graph()
        .op("Const")
        .type("dtype", ElementTypes.STRING)
        .texts("value", list, values)
        .build();
  }
}

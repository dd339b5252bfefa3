package org.openclip.backend.tf.export;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.backend.ExportableModel;
import org.openclip.api.backend.ModelExporter;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.model.Architecture;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.lowering.Lowering;
import org.openclip.backend.tf.lowering.ModelVariables;
import org.openclip.backend.tf.lowering.Numbers;
import org.openclip.backend.tf.lowering.Phase;
import org.openclip.backend.tf.runtime.Output;

/** Writes the programs of a SavedModel, with one set of variables. */
record SavedPrograms(Emitter out, Numbers numbers, ModelVariables variables) {
  private static final String DEFAULT_SIGNATURE = "serving_default";

  /** Returns the signatures by name. */
  Map<String, Signature> write(ExportableModel model) {
    Map<String, Output> pixels = placeholders(ModelExporter.ENCODE_IMAGE, model.image());
    Map<String, Output> tokens = placeholders(ModelExporter.ENCODE_TEXT, model.text());
    Map<String, Output> image = lower(model.image(), pixels);
    Map<String, Output> text = lower(model.text(), tokens);
    Map<String, Output> features = new HashMap<>();
    features.put(
        Architecture.IMAGE_FEATURES, Objects.requireNonNull(image.get(Architecture.FEATURES)));
    features.put(
        Architecture.TEXT_FEATURES, Objects.requireNonNull(text.get(Architecture.FEATURES)));
    Map<String, Output> both = new LinkedHashMap<>(pixels);
    both.putAll(tokens);
    Signature classify =
        new Signature(
            both,
            lower(model.scores(), features),
            List.of(model.image(), model.text(), model.scores()));
    Map<String, Signature> signatures = new LinkedHashMap<>();
    signatures.put(
        ModelExporter.ENCODE_IMAGE, new Signature(pixels, image, List.of(model.image())));
    signatures.put(ModelExporter.ENCODE_TEXT, new Signature(tokens, text, List.of(model.text())));
    signatures.put(ModelExporter.CLASSIFY, classify);
    signatures.put(DEFAULT_SIGNATURE, classify);
    return signatures;
  }

  private Map<String, Output> placeholders(String program, Graph graph) {
    Map<String, Output> inputs = new LinkedHashMap<>();
    for (LeafOp.Input input : graph.inputs()) {
      inputs.put(
          input.name(),
          out.graph()
              .op("Placeholder", program + "/" + input.name())
              .attr("dtype", input.type())
              .shape("shape", Signature.sizes(input.shape()))
              .build());
    }
    return inputs;
  }

  private Map<String, Output> lower(Graph graph, Map<String, Output> inputs) {
    return Lowering.lower(graph, out, inputs, numbers, Phase.INFERENCE, variables);
  }
}

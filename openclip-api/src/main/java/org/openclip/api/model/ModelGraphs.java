package org.openclip.api.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.MultimodalDecoder;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;

/**
 * The writing of a model's graphs around what its encoders write: inputs, the scopes of the state
 * dictionary, and outputs. {@link Architecture} says what each graph is.
 *
 * @param config of the model
 * @param imageEncoder its image tower
 * @param decoder of captions; null for models that write none
 */
record ModelGraphs(
    ModelConfig config, ImageEncoder imageEncoder, @Nullable MultimodalDecoder decoder) {
  /** The scope of the image tower in the state dictionary. */
  static final String VISUAL = "visual";

  private static final String LOGIT_SCALE = "logit_scale";
  private static final String LOGIT_BIAS = "logit_bias";

  /** Returns the scope of the text tower in the state dictionary; empty for the outermost. */
  String textScope() {
    return config.customText() ? "text" : "";
  }

  /** Writes the graph of the image tower. */
  Graph image() {
    GraphBuilder graph = new GraphBuilder("image");
    var pixels =
        graph.input(
            Architecture.PIXELS,
            DataType.FLOAT32,
            Dim.BATCH,
            Dim.of(3),
            Dim.of(imageEncoder.height()),
            Dim.of(imageEncoder.width()));
    Encoded encoded = imageEncoder.encode(graph.scope(VISUAL), pixels);
    finish(graph, encoded, "vision_cfg");
    if (decoder != null) {
      graph.output(Architecture.IMAGE_TOKENS, sequence(encoded, "vision_cfg"));
    }
    return graph.build();
  }

  /** Writes the graph of the image tower over patches; empty when it takes images of one size. */
  Optional<Graph> patches() {
    if (!(imageEncoder instanceof PatchImageEncoder encoder)) {
      return Optional.empty();
    }
    GraphBuilder graph = new GraphBuilder("patches");
    long numbers = 3L * encoder.patchSize() * encoder.patchSize();
    PatchInputs.Values in = PatchInputs.write(graph, Dim.LENGTH, numbers);
    Encoded encoded =
        encoder.encodePatches(graph.scope(VISUAL), in.patches(), in.coordinates(), in.valid());
    finish(graph, encoded, "vision_cfg");
    return Optional.of(graph.build());
  }

  /** Writes the graph of the text tower. */
  Graph text(TextEncoder textEncoder) {
    GraphBuilder graph = new GraphBuilder("text");
    Dim length = textEncoder.variableLength() ? Dim.LENGTH : Dim.of(textEncoder.contextLength());
    var tokens = graph.input(Architecture.TOKENS, DataType.INT64, Dim.BATCH, length);
    finish(graph, textEncoder.encode(graph.scope(textScope()), tokens), "text_cfg");
    return graph.build();
  }

  /** Writes the graph of the decoder; {@code imageGraph} is {@link #image}'s. */
  Graph captions(MultimodalDecoder chosen, TextEncoder textEncoder, Graph imageGraph) {
    GraphBuilder graph = new GraphBuilder("captions");
    Shape places =
        Objects.requireNonNull(imageGraph.outputs().get(Architecture.IMAGE_TOKENS)).shape();
    var image =
        graph.input(Architecture.IMAGE_TOKENS, DataType.FLOAT32, places.dims().toArray(Dim[]::new));
    var tokens = graph.input(Architecture.TOKENS, DataType.INT64, Dim.BATCH, Dim.LENGTH);
    Encoded text = textEncoder.encode(graph.scope(textScope()), tokens);
    GraphBuilder scope = graph.scope("text_decoder");
    graph.output(
        Architecture.CAPTION_LOGITS, chosen.decode(scope, image, sequence(text, "text_cfg")));
    return graph.build();
  }

  private static Value sequence(Encoded encoded, String key) {
    Value tokens = encoded.tokens();
    if (tokens == null) {
      throw new InvalidConfigException(
          key, "its tower does not output tokens for the caption decoder; set output_tokens: true");
    }
    return tokens;
  }

  /** Writes the graph from features to probabilities. */
  Graph scores() {
    GraphBuilder g = new GraphBuilder("scores");
    Dim width = Dim.of(config.embedDim());
    Dim images = Dim.symbol("images");
    Dim texts = Dim.symbol("texts");
    Value image =
        g.l2Normalize(g.input(Architecture.IMAGE_FEATURES, DataType.FLOAT32, images, width));
    Value text = g.l2Normalize(g.input(Architecture.TEXT_FEATURES, DataType.FLOAT32, texts, width));
    Value scale = g.unary(logit(g, LOGIT_SCALE, config.initLogitScale()), UnaryFunction.EXP);
    Value logits = g.times(g.matMulTransposed(image, text), scale);
    Double bias = config.initLogitBias();
    if (bias != null) {
      logits = g.plus(logits, logit(g, LOGIT_BIAS, bias));
    }
    g.output("image_embedding", image);
    g.output("text_embedding", text);
    g.output("logits_per_image", logits);
    g.output(
        "probabilities",
        bias == null ? g.softmax(logits, 1) : g.unary(logits, UnaryFunction.SIGMOID));
    return g.build();
  }

  private Value logit(GraphBuilder g, String name, double value) {
    return g.parameter(name, new Initializer.Constant(value), logitShape().sizes());
  }

  private Shape logitShape() {
    return config.vectorLogitScale() ? Shape.of(1L) : Shape.SCALAR;
  }

  private void finish(GraphBuilder graph, Encoded encoded, String key) {
    Shape expected = Shape.of(Dim.BATCH, Dim.of(config.embedDim()));
    if (!encoded.features().shape().equals(expected)) {
      throw new InvalidConfigException(
          key,
          "its tower outputs %s, but embed_dim requires %s"
              .formatted(encoded.features().shape(), expected));
    }
    // Models with a decoder return features of unit length, as the reference does.
    graph.output(
        Architecture.FEATURES,
        decoder == null ? encoded.features() : graph.l2Normalize(encoded.features()));
  }

  /** Returns the parameters of the scores. */
  List<Parameter> logits() {
    List<Parameter> logits = new ArrayList<>();
    logits.add(scalar(LOGIT_SCALE, config.initLogitScale()));
    Double bias = config.initLogitBias();
    if (bias != null) {
      logits.add(scalar(LOGIT_BIAS, bias));
    }
    return logits;
  }

  private Parameter scalar(String name, double value) {
    return new Parameter(
        name, logitShape(), DataType.FLOAT32, new Initializer.Constant(value), true);
  }
}

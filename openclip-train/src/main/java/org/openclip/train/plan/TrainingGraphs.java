package org.openclip.train.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.MultimodalDecoder;
import org.openclip.api.encoder.TextEncoder;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.LowRank;
import org.openclip.api.graph.Narrowing;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.DataType;
import org.openclip.api.training.TrainingPlan;

/**
 * The graphs of a model in training: both towers, and a loss over their features.
 *
 * <p>The towers are fed {@link Architecture#PIXELS} and {@link Architecture#TOKENS}. With a
 * teacher, the objective is fed {@code teacher_image_features} and {@code teacher_text_features},
 * {@code float[batch, embedDim]}, of unit length, and {@code teacher_logit_scale}, {@code
 * float[1]}.
 *
 * @param image from pixels to the features that the loss sees
 * @param text from tokens to the features that the loss sees
 * @param objective from both to scalars, {@link TrainingPlan#LOSS} among them
 * @param eightBits how the MLPs multiply 8-bit integers; null when they do not
 */
public record TrainingGraphs(
    Graph image, Graph text, Graph objective, @Nullable SwitchBackForm eightBits) {
  private static final String TEXT_TOKENS = "text_tokens";

  /**
   * Writes the graphs.
   *
   * @param loss the training objective
   * @param options the loss's own options
   * @param teacherWidth the width of a teacher's features; 0 for no teacher
   */
  public static TrainingGraphs of(
      Architecture architecture, LossProvider loss, Map<String, Object> options, int teacherWidth) {
    return of(architecture, loss, options, teacherWidth, Gathering.ALONE);
  }

  /**
   * Writes the graphs of a process that trains with others.
   *
   * @param loss the training objective
   * @param options the loss's own options
   * @param teacherWidth the width of a teacher's features; 0 for no teacher
   * @param gathering how the loss sees the others' features
   */
  public static TrainingGraphs of(
      Architecture architecture,
      LossProvider loss,
      Map<String, Object> options,
      int teacherWidth,
      Gathering gathering) {
    return of(architecture, loss, options, teacherWidth, gathering, false);
  }

  /**
   * Writes the graphs of a process that trains with others.
   *
   * @param loss the training objective
   * @param options the loss's own options
   * @param teacherWidth the width of a teacher's features; 0 for no teacher
   * @param gathering how the loss sees the others' features
   * @param keyed whether the objective is fed {@link LossProvider#TEXT_KEYS}, so that equal texts
   *     are no negatives of each other's images
   */
  public static TrainingGraphs of(
      Architecture architecture,
      LossProvider loss,
      Map<String, Object> options,
      int teacherWidth,
      Gathering gathering,
      boolean keyed) {
    MultimodalDecoder decoder = architecture.decoder().orElse(null);
    Graph image = image(architecture, decoder != null);
    Graph text = text(architecture, decoder != null);
    Graph objective =
        new Objective(LogitScales.of(architecture), decoder, image, text)
            .write(loss, options, teacherWidth, gathering, keyed);
    return new TrainingGraphs(image, text, objective, null);
  }

  /**
   * Returns the same graphs with an image tower that takes patches of images of any shape (NaFlex):
   * it is fed {@link Architecture#PATCHES}, {@link Architecture#PATCH_COORDINATES} and {@link
   * Architecture#PATCH_VALID}.
   *
   * @throws InvalidInputException when the tower takes images of one shape only
   */
  public TrainingGraphs onPatches(Architecture architecture) {
    return new TrainingGraphs(
        PatchTower.of(architecture.imageEncoder()), text, objective, eightBits);
  }

  /**
   * Returns the graphs of the same model and loss whose MLPs, {@code c_fc} and {@code c_proj} of
   * each block, multiply 8-bit integers, in training and in what is asked of the model meanwhile.
   *
   * @throws InvalidInputException when there is no such layer
   */
  public TrainingGraphs inEightBits(SwitchBackForm form) {
    TrainingGraphs graphs =
        new TrainingGraphs(
            EightBitMlps.of(image, form),
            EightBitMlps.of(text, form),
            EightBitMlps.of(objective, form),
            form);
    EightBitMlps.check(graphs.image, graphs.text, graphs.objective);
    return graphs;
  }

  /**
   * Writes what a validation asks of the same towers' features: {@code contrastive_loss}, CLIP's
   * without a bias whatever is trained with, and {@code caption_loss} of models with a decoder.
   *
   * @param losses where CLIP's and CoCa's loss are looked for
   */
  public Graph validation(Architecture architecture, PluginRegistry losses) {
    MultimodalDecoder decoder = architecture.decoder().orElse(null);
    Graph graph =
        new Objective(LogitScales.of(architecture), decoder, image, text)
            .validation(losses.named(LossProvider.class, decoder == null ? "clip" : "coca"));
    return eightBits == null ? graph : EightBitMlps.of(graph, eightBits);
  }

  /**
   * Writes the same objective for some rows at a time.
   *
   * @param loss the training objective, a mean over rows
   * @param teacherWidth the width of a teacher's features; 0 for no teacher
   * @param gathering how the loss sees the others' features
   * @param count how many tiles
   * @throws InvalidInputException when the loss cannot be cut
   */
  public TrainingPlan.Tiling tiling(
      Architecture architecture,
      LossProvider loss,
      int teacherWidth,
      Gathering gathering,
      int count) {
    if (architecture.decoder().isPresent()) {
      throw new InvalidInputException(
          "the loss of a caption model (CoCa) cannot be computed in tiles");
    }
    gathering.checkCuttable();
    return tiling(LogitScales.of(architecture), loss, teacherWidth, gathering, count);
  }

  /** Writes the same objective for some rows at a time; the loss can be cut. */
  TrainingPlan.Tiling tiling(
      LogitScales scales, LossProvider loss, int teacherWidth, Gathering gathering, int count) {
    List<String> rows = new ArrayList<>();
    for (String name : List.of(LossProvider.IMAGE_FEATURES, LossProvider.TEXT_FEATURES)) {
      rows.add(name);
      if (teacherWidth > 0) {
        rows.add(LossProvider.TEACHER + name);
      }
    }
    rows.add(LossProvider.TEXT_KEYS);
    Map<String, Value> known = new LinkedHashMap<>();
    for (Node node : objective.nodes()) {
      if (node.op() instanceof LeafOp.Input input && rows.contains(input.name())) {
        known.put(input.name(), node.value());
      }
    }
    rows.retainAll(known.keySet());
    GraphBuilder gather = new GraphBuilder("gather");
    for (String name : rows) {
      Value own = again(gather, name, Objects.requireNonNull(known.get(name)), Dim.BATCH);
      boolean keys = name.equals(LossProvider.TEXT_KEYS);
      gather.output(
          LossProvider.ALL + name,
          keys ? gather.allGather(own, gathering.ranks()) : gathering.all(gather, own));
    }
    Graph tile = new Objective(scales, null, image, text).tile(loss, known, teacherWidth);
    return new TrainingPlan.Tiling(gather.build(), tile, LossProvider.IMAGE_FEATURES, count);
  }

  private static Value again(GraphBuilder graph, String name, Value like, Dim rows) {
    return graph.input(name, like.type(), rows, like.shape().dim(1));
  }

  /**
   * Returns the same graphs with adapters in both towers.
   *
   * @throws InvalidInputException when the adapters do not fit the towers
   */
  public TrainingGraphs with(LowRank lora) {
    return new TrainingGraphs(lora.of(image), lora.of(text), objective, eightBits);
  }

  /** Returns both towers. */
  public List<Graph> towers() {
    return List.of(image, text);
  }

  private static Graph image(Architecture architecture, boolean sequence) {
    GraphBuilder graph = new GraphBuilder("image");
    Value pixels =
        graph.input(
            Architecture.PIXELS,
            DataType.FLOAT32,
            Dim.BATCH,
            Dim.of(3),
            Dim.of(architecture.imageEncoder().height()),
            Dim.of(architecture.imageEncoder().width()));
    Encoded encoded = architecture.imageEncoder().encode(graph.scope("visual"), pixels);
    finish(
        graph, encoded, LossProvider.IMAGE_FEATURES, sequence ? Architecture.IMAGE_TOKENS : null);
    return Narrowing.of(graph.build());
  }

  private static Graph text(Architecture architecture, boolean sequence) {
    return text(
        architecture.textEncoder(),
        architecture.config().customText() ? "text" : "",
        ShortTexts.suit(architecture),
        sequence);
  }

  /**
   * Writes a text tower.
   *
   * @param scope of its parameters
   * @param cut whether texts may be shorter than the context
   * @param sequence whether a decoder reads its sequence, too
   */
  static Graph text(TextEncoder encoder, String scope, boolean cut, boolean sequence) {
    GraphBuilder graph = new GraphBuilder("text");
    Dim length = cut ? Dim.LENGTH : Dim.of(encoder.contextLength());
    Value tokens = graph.input(Architecture.TOKENS, DataType.INT64, Dim.BATCH, length);
    Encoded encoded = encoder.encode(graph.scope(scope), tokens);
    finish(graph, encoded, LossProvider.TEXT_FEATURES, sequence ? TEXT_TOKENS : null);
    return Narrowing.of(graph.build());
  }

  private static void finish(
      GraphBuilder graph, Encoded encoded, String features, @Nullable String sequence) {
    graph.output(features, graph.l2Normalize(encoded.features()));
    Value tokens = encoded.tokens();
    if (sequence != null && tokens != null) {
      graph.output(sequence, tokens);
    }
  }

  /** The objective in the making. */
  record Objective(
      LogitScales scales, @Nullable MultimodalDecoder decoder, Graph image, Graph text) {
    Graph write(
        LossProvider loss,
        Map<String, Object> options,
        int teacherWidth,
        Gathering gathering,
        boolean keyed) {
      GraphBuilder graph = new GraphBuilder("objective");
      Map<String, Value> features = features(graph);
      if (keyed) {
        String keys = LossProvider.TEXT_KEYS;
        features.put(keys, graph.input(keys, DataType.INT64, Dim.BATCH, Dim.of(1)));
      }
      if (teacherWidth > 0) {
        teacher(graph, teacherWidth, features);
      }
      gathering.apply(graph, features);
      loss.write(graph, features, options).forEach(graph::output);
      tellScale(graph, features);
      return graph.build();
    }

    /** Adds the scale of the logits to what is told of a step. */
    private static void tellScale(GraphBuilder graph, Map<String, Value> features) {
      Value scale = Objects.requireNonNull(features.get(LossProvider.LOGIT_SCALE));
      graph.output(
          LossProvider.LOGIT_SCALE,
          scale.shape().rank() == 0 ? scale : graph.reduce(scale, Reduction.MEAN, 0));
    }

    /** Writes the loss of some rows, given all. */
    Graph tile(LossProvider loss, Map<String, Value> rows, int teacherWidth) {
      GraphBuilder graph = new GraphBuilder("tile");
      Map<String, Value> features = new LinkedHashMap<>();
      rows.forEach(
          (name, v) -> features.put(name, TrainingGraphs.again(graph, name, v, Dim.BATCH)));
      rows.forEach(
          (name, v) -> {
            String full = LossProvider.ALL + name;
            features.put(full, TrainingGraphs.again(graph, full, v, Dim.symbol("all")));
          });
      features.put(
          LossProvider.FIRST_ROW,
          graph.input(TrainingPlan.Tiling.FIRST_ROW, DataType.INT64, Dim.of(1)));
      scales(graph, features);
      if (teacherWidth > 0) {
        String scale = LossProvider.TEACHER + LossProvider.LOGIT_SCALE;
        features.put(scale, graph.input(scale, DataType.FLOAT32, Dim.of(1)));
      }
      loss.write(graph, features, Map.of()).forEach(graph::output);
      tellScale(graph, features);
      return graph.build();
    }

    Graph validation(LossProvider loss) {
      GraphBuilder graph = new GraphBuilder("validation");
      Map<String, Value> features = features(graph);
      features.remove(LossProvider.LOGIT_BIAS);
      Map<String, Object> options =
          decoder == null ? Map.of() : Map.of("caption_loss_weight", 1, "clip_loss_weight", 1);
      loss.write(graph, features, options).forEach(graph::output);
      return graph.build();
    }

    private Map<String, Value> features(GraphBuilder graph) {
      Map<String, Value> features = new LinkedHashMap<>();
      image.outputs().forEach((name, v) -> features.put(name, again(graph, name, v)));
      text.outputs().forEach((name, v) -> features.put(name, again(graph, name, v)));
      scales(graph, features);
      if (decoder != null) {
        decode(graph, decoder, features);
      }
      return features;
    }

    private void scales(GraphBuilder graph, Map<String, Value> features) {
      features.put(LossProvider.LOGIT_SCALE, scales.scale(graph));
      Value bias = scales.bias(graph);
      if (bias != null) {
        features.put(LossProvider.LOGIT_BIAS, bias);
      }
    }

    private static Value again(GraphBuilder graph, String name, Value value) {
      return graph.input(name, value.type(), value.shape().dims().toArray(Dim[]::new));
    }

    private void decode(
        GraphBuilder graph, MultimodalDecoder decoding, Map<String, Value> features) {
      Value tokens = text.nodes().get(0).value();
      features.put(LossProvider.TOKENS, again(graph, Architecture.TOKENS, tokens));
      Value pictures = features.get(Architecture.IMAGE_TOKENS);
      Value texts = features.get(TEXT_TOKENS);
      if (pictures == null || texts == null) {
        throw new IllegalStateException("towers of a captioner without sequences");
      }
      features.put(
          LossProvider.CAPTION_LOGITS,
          decoding.decode(graph.scope("text_decoder"), pictures, texts));
    }

    private static void teacher(GraphBuilder graph, int width, Map<String, Value> features) {
      for (String name : List.of(LossProvider.IMAGE_FEATURES, LossProvider.TEXT_FEATURES)) {
        String full = LossProvider.TEACHER + name;
        features.put(full, graph.input(full, DataType.FLOAT32, Dim.BATCH, Dim.of(width)));
      }
      String scale = LossProvider.TEACHER + LossProvider.LOGIT_SCALE;
      features.put(scale, graph.input(scale, DataType.FLOAT32, Dim.of(1)));
    }
  }
}

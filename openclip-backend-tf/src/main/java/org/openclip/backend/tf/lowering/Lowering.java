package org.openclip.backend.tf.lowering;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.graph.ArithmeticOp;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LayoutOp;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.Node;
import org.openclip.api.graph.TrainingOp;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.NativeGraph;
import org.openclip.backend.tf.runtime.Output;

/**
 * Translates a {@link Graph} into TensorFlow's operations, node by node. Each group of operators
 * has a class of its own; this one has what they share, and the leaves.
 */
public final class Lowering {
  private final Emitter out;
  private final Numbers numbers;
  private final Phase phase;
  private final ParameterSource parameters;
  private final Sizes sizes;
  private final Forms forms;
  private final Splits splits;
  private final NeuralLowering neural;
  private final ArithmeticLowering arithmetic;
  private final LayoutLowering layout;
  private final Map<Integer, LeafOp.Parameter> unread = new HashMap<>();

  /** Tells the places of one graph from those of another. */
  private final int origin;

  private Lowering(
      Graph graph,
      BitSet needed,
      Emitter out,
      Numbers numbers,
      Phase phase,
      ParameterSource parameters) {
    this.origin = (graph.name().hashCode() & 0x7ff) << 20;
    this.out = out;
    this.numbers = numbers;
    this.phase = phase;
    this.parameters = parameters;
    this.sizes = new Sizes(out, phase.freeLength());
    this.forms = new Forms(out, sizes);
    this.splits = new Splits(out, graph, needed);
    this.neural = new NeuralLowering(this);
    this.arithmetic = new ArithmeticLowering(this);
    this.layout = new LayoutLowering(this);
  }

  /**
   * Translates a graph into another one.
   *
   * @param graph what to translate
   * @param out where to
   * @param inputs the graph's inputs by name
   * @param numbers in which types
   * @param phase whether the program answers or learns
   * @param parameters where the parameters are found
   * @return the graph's outputs by name, {@code float32} or of their own integer type
   */
  public static Map<String, Output> lower(
      Graph graph,
      Emitter out,
      Map<String, Output> inputs,
      Numbers numbers,
      Phase phase,
      ParameterSource parameters) {
    BitSet needed = needed(graph);
    Lowering lowering = new Lowering(graph, needed, out, numbers, phase, parameters);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof LeafOp.Input input) {
        lowering.input(node.value(), input, inputs);
      } else if (needed.get(node.value().id())) {
        lowering.lower(node);
      }
    }
    Map<String, Output> outputs = new LinkedHashMap<>();
    // TensorFlow does not return what it is fed, so that each output is an operation of its own.
    graph
        .outputs()
        .forEach((name, value) -> outputs.put(name, out.op("Identity", lowering.plain(value))));
    return outputs;
  }

  private static BitSet needed(Graph graph) {
    return needed(graph, graph.outputs().values());
  }

  /** Returns the ids of the values of a graph that some of its outputs depend on. */
  public static BitSet needed(Graph graph, Collection<Value> outputs) {
    BitSet needed = new BitSet();
    outputs.forEach(value -> needed.set(value.id()));
    for (Node node : graph.nodes().reversed()) {
      if (needed.get(node.value().id())) {
        node.op().inputs().forEach(input -> needed.set(input.id()));
      }
    }
    return needed;
  }

  private void input(Value value, LeafOp.Input input, Map<String, Output> inputs) {
    Output given = inputs.get(input.name());
    if (given == null) {
      throw new IllegalArgumentException("input " + input.name() + " is not given");
    }
    sizes.learn(given, input.shape());
    forms.put(value, given);
  }

  private void lower(Node node) {
    Value value = node.value();
    switch (node.op()) {
      case LeafOp leaf -> leaf(value, leaf);
      case NeuralOp op -> neural.lower(op, value);
      case ArithmeticOp op -> arithmetic.lower(op, value);
      case LayoutOp op -> layout.lower(op, value);
      case TrainingOp op ->
          forms.put(
              value, phase.translate(op, origin + value.id(), plain(op.inputs().get(0)), out));
    }
  }

  private void leaf(Value value, LeafOp leaf) {
    switch (leaf) {
      case LeafOp.Parameter parameter -> unread.put(value.id(), parameter);
      case LeafOp.Constant constant -> {
        DataType from = constant.tensor().type();
        Output tensor = out.constant(constant.tensor());
        forms.put(value, out.cast(tensor, from, value.type()));
      }
      case LeafOp.Range range -> forms.put(value, range(range));
      case LeafOp.Input input -> throw new IllegalStateException("inputs come first: " + input);
    }
  }

  private Output range(LeafOp.Range range) {
    Output range32 = out.op("Range", out.integer(0), sizes.size(range.length()), out.integer(1));
    return out.cast(range32, DataType.INT32, DataType.INT64);
  }

  // What the groups of operators share

  Emitter out() {
    return out;
  }

  NativeGraph graph() {
    return out.graph();
  }

  Sizes sizes() {
    return sizes;
  }

  Phase phase() {
    return phase;
  }

  Splits splits() {
    return splits;
  }

  /** Returns the type in which matrices and kernels are multiplied. */
  DataType dense() {
    return numbers.dense();
  }

  /**
   * Returns whether pictures flow from layer to layer in the type of kernels, as in a training with
   * mixed precision.
   */
  boolean narrowPictures() {
    return phase.narrowPictures() && dense() == DataType.BFLOAT16;
  }

  /** Returns whether a value is such a picture. */
  boolean narrow(Value value) {
    Form form = forms(value).first(value);
    return narrowPictures() && form.layout() == Layout.CHANNELS_LAST && form.type() == dense();
  }

  /** Returns the forms; those of a parameter begin with its first use. */
  Forms forms(Value value) {
    LeafOp.Parameter parameter = unread.remove(value.id());
    if (parameter != null) {
      Output read = parameters.read(parameter);
      forms.put(value, new Form(Layout.PLAIN, parameters.stored(parameter), read));
    }
    return forms;
  }

  /** Returns a value as the graph has it, {@code float32} or of its own integer type. */
  Output plain(Value value) {
    return forms(value).plain(value);
  }

  /** Returns a value in the form that is asked for. */
  Output get(Value value, Layout layout, DataType type) {
    return forms(value).get(value, layout, type);
  }

  /** Leaves the result of a node. */
  void put(Value value, Layout layout, DataType type, Output output) {
    forms.put(value, new Form(layout, type, output));
  }

  /** Leaves the result of a node as the graph has it. */
  void put(Value value, Output output) {
    forms.put(value, output);
  }

  /** Returns the weight of a convolution, arranged and in the type in which it is multiplied. */
  Output kernel(Value weight) {
    LeafOp.Parameter parameter = unread.get(weight.id());
    if (parameter != null) {
      return out.cast(parameters.kernel(parameter), parameters.stored(parameter), dense());
    }
    return out.transpose(get(weight, Layout.PLAIN, dense()), 2, 3, 1, 0);
  }
}

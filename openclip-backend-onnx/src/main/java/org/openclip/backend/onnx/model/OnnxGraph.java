package org.openclip.backend.onnx.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Shape;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/** An ONNX graph being written: nodes, small constants and references to outside weights. */
public final class OnnxGraph {
  /** The domain of ONNX Runtime's own operators. */
  public static final String MICROSOFT = "com.microsoft";

  private static final int IR_VERSION = 10;
  private static final int OPSET = 21;

  // Fields of ModelProto.
  private static final int MODEL_IR_VERSION = 1;
  private static final int MODEL_PRODUCER = 2;
  private static final int MODEL_OPSET = 8;

  // Fields of OperatorSetIdProto.
  private static final int OPSET_DOMAIN = 1;
  private static final int OPSET_VERSION = 2;

  // Fields of GraphProto.
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_NAME = 2;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;

  // Fields of NodeProto.
  private static final int NODE_INPUT = 1;
  private static final int NODE_OUTPUT = 2;
  private static final int NODE_NAME = 3;
  private static final int NODE_OPERATOR = 4;
  private static final int NODE_ATTRIBUTE = 5;
  private static final int NODE_DOMAIN = 7;

  // Fields of AttributeProto, and its types.
  private static final int ATTRIBUTE_NAME = 1;
  private static final int ATTRIBUTE_FLOAT = 2;
  private static final int ATTRIBUTE_INT = 3;
  private static final int ATTRIBUTE_STRING = 4;
  private static final int ATTRIBUTE_INTS = 8;
  private static final int ATTRIBUTE_TYPE = 20;
  private static final int TYPE_FLOAT = 1;
  private static final int TYPE_INT = 2;
  private static final int TYPE_STRING = 3;
  private static final int TYPE_INTS = 7;

  // Fields of ValueInfoProto, and of the messages of its type.
  private static final int VALUE_NAME = 1;
  private static final int VALUE_TYPE = 2;
  private static final int TYPE_OF_TENSOR = 1;
  private static final int TENSOR_ELEMENT = 1;
  private static final int TENSOR_SHAPE = 2;
  private static final int SHAPE_DIM = 1;
  private static final int DIM_VALUE = 1;
  private static final int DIM_PARAM = 2;

  /** ONNX's number for 64-bit floats, of which there are no tensors of ours. */
  private static final int DOUBLE = 11;

  private final ProtoMessage graph = new ProtoMessage();
  private final List<OnnxInitializer> initializers = new ArrayList<>();
  private boolean microsoft;
  private int names;

  public OnnxGraph(String name) {
    graph.text(GRAPH_NAME, name);
  }

  /** Adds a node of the standard operator set with one output, whose name is returned. */
  public String node(String operator, List<String> inputs, ProtoMessage... attributes) {
    return node("", operator, inputs, attributes);
  }

  /**
   * Adds a node with one output, whose name is returned.
   *
   * @param inputs names of values; an empty name is an input left out
   */
  public String node(
      String domain, String operator, List<String> inputs, ProtoMessage... attributes) {
    String output = "%" + names++;
    node(domain, operator, operator + output, inputs, List.of(output), attributes);
    return output;
  }

  /** Adds a node of the standard operator set with several outputs, whose names are returned. */
  public List<String> node(String operator, List<String> inputs, int count) {
    List<String> outputs = Stream.generate(() -> "%" + names++).limit(count).toList();
    node("", operator, operator + outputs.get(0), inputs, outputs);
    return outputs;
  }

  private void node(
      String domain,
      String operator,
      String name,
      List<String> inputs,
      List<String> outputs,
      ProtoMessage... attributes) {
    ProtoMessage node = new ProtoMessage();
    inputs.forEach(input -> node.text(NODE_INPUT, input));
    outputs.forEach(output -> node.text(NODE_OUTPUT, output));
    node.text(NODE_NAME, name).text(NODE_OPERATOR, operator);
    for (ProtoMessage attribute : attributes) {
      node.message(NODE_ATTRIBUTE, attribute);
    }
    if (!domain.isEmpty()) {
      node.text(NODE_DOMAIN, domain);
      microsoft |= domain.equals(MICROSOFT);
    }
    graph.message(GRAPH_NODE, node);
  }

  /** Returns a value in another type; the value itself when it has that type. */
  public String cast(String value, DataType from, DataType to) {
    return from == to ? value : node("Cast", List.of(value), integer("to", code(to)));
  }

  /** Returns a value in the one type that has room for every id and that all kernels know. */
  public String toDouble(String value) {
    return node("Cast", List.of(value), integer("to", DOUBLE));
  }

  /** Adds an input that each run is fed. */
  public void input(String name, Shape shape, DataType type) {
    graph.message(GRAPH_INPUT, info(name, shape, type));
  }

  /** Makes a value an output under its public name. */
  public void output(String name, String value, Shape shape, DataType type) {
    node("", "Cast", "output " + name, List.of(value), List.of(name), integer("to", code(type)));
    graph.message(GRAPH_OUTPUT, info(name, shape, type));
  }

  /** Adds a weight whose bytes are handed over beside the graph. */
  public void external(String name, DataType type, long... shape) {
    initializers.add(new OnnxInitializer(name, type, sizes(shape), null));
  }

  /** Adds a small tensor inside the graph and returns its name. */
  public String constant(Tensor tensor) {
    String name = "%" + names++;
    initializers.add(new OnnxInitializer(name, tensor.type(), sizes(tensor.shape()), tensor));
    return name;
  }

  private static List<Long> sizes(long... shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  /** Adds {@code int64[n]}. */
  public String integers(long... values) {
    return constant(Tensor.of(values, values.length));
  }

  /** Adds an int64 scalar. */
  public String index(long value) {
    return constant(Tensor.of(new long[] {value}));
  }

  /** Adds a scalar of a type, rounded to it. */
  public String number(double value, DataType type) {
    ByteBuffer data = ByteBuffer.allocate(type.bytes()).order(ByteOrder.nativeOrder());
    switch (type) {
      case FLOAT32 -> data.putFloat((float) value);
      case FLOAT16 -> data.putShort(Float.floatToFloat16((float) value));
      case BFLOAT16 -> data.putShort((short) (Float.floatToRawIntBits((float) value) >>> 16));
      case INT64 -> data.putLong((long) value);
      case INT32 -> data.putInt((int) value);
      case INT8, BOOL -> data.put((byte) value);
    }
    return constant(Tensor.of(type, data.flip()));
  }

  /** Returns the finished model. */
  public OnnxModel model() {
    ProtoMessage head =
        new ProtoMessage()
            .integer(MODEL_IR_VERSION, IR_VERSION)
            .text(MODEL_PRODUCER, "openclip")
            .message(MODEL_OPSET, operators("", OPSET));
    if (microsoft) {
      head.message(MODEL_OPSET, operators(MICROSOFT, 1));
    }
    return new OnnxModel(head, graph, List.copyOf(initializers));
  }

  private static ProtoMessage operators(String domain, int version) {
    return new ProtoMessage().text(OPSET_DOMAIN, domain).integer(OPSET_VERSION, version);
  }

  public static ProtoMessage integer(String name, long value) {
    return attribute(name).integer(ATTRIBUTE_INT, value).integer(ATTRIBUTE_TYPE, TYPE_INT);
  }

  public static ProtoMessage string(String name, String value) {
    return attribute(name).text(ATTRIBUTE_STRING, value).integer(ATTRIBUTE_TYPE, TYPE_STRING);
  }

  public static ProtoMessage floating(String name, double value) {
    return attribute(name)
        .number(ATTRIBUTE_FLOAT, (float) value)
        .integer(ATTRIBUTE_TYPE, TYPE_FLOAT);
  }

  public static ProtoMessage integers(String name, List<? extends Number> values) {
    ProtoMessage attribute = attribute(name);
    values.forEach(value -> attribute.integer(ATTRIBUTE_INTS, value.longValue()));
    return attribute.integer(ATTRIBUTE_TYPE, TYPE_INTS);
  }

  private static ProtoMessage attribute(String name) {
    return new ProtoMessage().text(ATTRIBUTE_NAME, name);
  }

  /** Returns ONNX's number for a type. */
  public static int code(DataType type) {
    return switch (type) {
      case FLOAT32 -> 1;
      case INT8 -> 3;
      case INT32 -> 6;
      case INT64 -> 7;
      case BOOL -> 9;
      case FLOAT16 -> 10;
      case BFLOAT16 -> 16;
    };
  }

  private static ProtoMessage info(String name, Shape shape, DataType type) {
    ProtoMessage dims = new ProtoMessage();
    for (Dim dim : shape.dims()) {
      ProtoMessage size = new ProtoMessage();
      dims.message(
          SHAPE_DIM,
          dim.fixed() ? size.integer(DIM_VALUE, dim.size()) : size.text(DIM_PARAM, dim.toString()));
    }
    ProtoMessage tensor =
        new ProtoMessage().integer(TENSOR_ELEMENT, code(type)).message(TENSOR_SHAPE, dims);
    return new ProtoMessage()
        .text(VALUE_NAME, name)
        .message(VALUE_TYPE, new ProtoMessage().message(TYPE_OF_TENSOR, tensor));
  }
}

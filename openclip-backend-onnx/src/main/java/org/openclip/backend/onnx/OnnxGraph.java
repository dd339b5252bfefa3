package org.openclip.backend.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Shape;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/** An ONNX graph being written: nodes, small constants and references to outside weights. */
final class OnnxGraph {
  /** The domain of ONNX Runtime's own operators. */
  static final String MICROSOFT = "com.microsoft";

  /** Where the graph says that its weights are; whoever runs or writes it knows better. */
  static final String WEIGHTS = "weights";

  private static final int IR_VERSION = 10;
  private static final int OPSET = 21;

  private final GraphProto.Builder graph;
  private int names;

  OnnxGraph(String name) {
    graph = GraphProto.newBuilder().setName(name);
  }

  /** Adds a node of the standard operator set with one output, whose name is returned. */
  String node(String operator, List<String> inputs, AttributeProto... attributes) {
    return node("", operator, inputs, attributes);
  }

  /**
   * Adds a node with one output, whose name is returned.
   *
   * @param inputs names of values; an empty name is an input left out
   */
  String node(String domain, String operator, List<String> inputs, AttributeProto... attributes) {
    String output = "%" + names++;
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setDomain(domain)
            .setName(operator + output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  /** Returns a value in another type; the value itself when it has that type. */
  String cast(String value, DataType from, DataType to) {
    return from == to ? value : node("Cast", List.of(value), integer("to", code(to)));
  }

  /** Returns a value in the one type that has room for every id and that all kernels know. */
  String toDouble(String value) {
    return node("Cast", List.of(value), integer("to", TensorProto.DataType.DOUBLE.getNumber()));
  }

  /** Adds an input that each run is fed. */
  void input(String name, Shape shape, DataType type) {
    graph.addInput(info(name, shape, type));
  }

  /** Makes a value an output under its public name. */
  void output(String name, String value, Shape shape, DataType type) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Cast")
            .setName("output " + name)
            .addInput(value)
            .addOutput(name)
            .addAttribute(integer("to", code(type))));
    graph.addOutput(info(name, shape, type));
  }

  /** Adds a weight whose bytes are handed over beside the graph. */
  void external(String name, DataType type, long... shape) {
    graph.addInitializer(
        header(name, type, shape)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue(WEIGHTS)));
  }

  /** Adds a small tensor inside the graph and returns its name. */
  String constant(Tensor tensor) {
    String name = "%" + names++;
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes()));
    tensor.chunks().forEach(bytes::put);
    graph.addInitializer(
        header(name, tensor.type(), tensor.shape()).setRawData(ByteString.copyFrom(bytes.flip())));
    return name;
  }

  /** Adds {@code int64[n]}. */
  String integers(long... values) {
    return constant(Tensor.of(values, values.length));
  }

  /** Adds an int64 scalar. */
  String index(long value) {
    return constant(Tensor.of(new long[] {value}));
  }

  /** Adds a scalar of a type, rounded to it. */
  String number(double value, DataType type) {
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
  ModelProto model() {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("openclip")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(graph);
    if (graph.getNodeList().stream().anyMatch(node -> node.getDomain().equals(MICROSOFT))) {
      model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1));
    }
    return model.build();
  }

  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto string(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto floating(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }

  static AttributeProto integers(String name, List<? extends Number> values) {
    List<Long> longs = new ArrayList<>();
    values.forEach(v -> longs.add(v.longValue()));
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(longs)
        .build();
  }

  /** Returns ONNX's number for a type. */
  static int code(DataType type) {
    TensorProto.DataType code =
        switch (type) {
          case FLOAT32 -> TensorProto.DataType.FLOAT;
          case FLOAT16 -> TensorProto.DataType.FLOAT16;
          case BFLOAT16 -> TensorProto.DataType.BFLOAT16;
          case INT64 -> TensorProto.DataType.INT64;
          case INT32 -> TensorProto.DataType.INT32;
          case INT8 -> TensorProto.DataType.INT8;
          case BOOL -> TensorProto.DataType.BOOL;
        };
    return code.getNumber();
  }

  /** Returns the type that ONNX has a number for. */
  static DataType type(int code) {
    for (DataType type : DataType.values()) {
      if (code(type) == code) {
        return type;
      }
    }
    throw new IllegalArgumentException("no tensor has ONNX's type " + code);
  }

  private static TensorProto.Builder header(String name, DataType type, long... shape) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(code(type));
    for (long size : shape) {
      tensor.addDims(size);
    }
    return tensor;
  }

  private static ValueInfoProto info(String name, Shape shape, DataType type) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    for (Dim dim : shape.dims()) {
      TensorShapeProto.Dimension.Builder size = TensorShapeProto.Dimension.newBuilder();
      dims.addDim(dim.fixed() ? size.setDimValue(dim.size()) : size.setDimParam(dim.toString()));
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(code(type)).setShape(dims);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}

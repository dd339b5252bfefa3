package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TFJ_UnmapOperationName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_AddControlInput;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_AddInput;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_AddInputList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_FinishOperation;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_FinishOperationLocked;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewOperation;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewOperationLocked;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrBool;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrFloat;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrInt;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrIntList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrShape;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrString;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrType;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrTypeList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrValueProto;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_OperationDescription;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** The inputs and attributes of an operation that is being added to a {@link NativeGraph}. */
public final class OpBuilder {
  private final NativeGraph graph;
  private final String type;
  private final TF_OperationDescription description;

  private final boolean locked;

  /**
   * Begins an operation.
   *
   * @param locked whether TensorFlow holds the graph's lock, as it does while it derives
   */
  OpBuilder(NativeGraph graph, String type, String name, boolean locked) {
    this.graph = graph;
    this.type = type;
    this.locked = locked;
    this.description =
        locked
            ? TF_NewOperationLocked(graph.pointer(), type, name)
            : TF_NewOperation(graph.pointer(), type, name);
  }

  /** Adds inputs. */
  public OpBuilder inputs(Output... inputs) {
    for (Output input : inputs) {
      try (TF_Output one = NativeGraph.array(List.of(input))) {
        TF_AddInput(description, one);
      }
    }
    return this;
  }

  /** Adds one input that is a list. */
  public OpBuilder inputList(List<Output> inputs) {
    try (TF_Output list = NativeGraph.array(inputs)) {
      TF_AddInputList(description, list, inputs.size());
    }
    return this;
  }

  /** Lets the operation wait for another one. */
  public OpBuilder after(Output output) {
    TF_AddControlInput(description, output.operation());
    return this;
  }

  /** Sets an attribute. */
  public OpBuilder attr(String name, boolean value) {
    TF_SetAttrBool(description, name, (byte) (value ? 1 : 0));
    return this;
  }

  /** Sets an attribute. */
  public OpBuilder attr(String name, long value) {
    TF_SetAttrInt(description, name, value);
    return this;
  }

  /** Sets an attribute. */
  public OpBuilder attr(String name, double value) {
    TF_SetAttrFloat(description, name, (float) value);
    return this;
  }

  /** Sets an attribute. */
  public OpBuilder attr(String name, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    try (BytePointer text = new BytePointer(bytes)) {
      TF_SetAttrString(description, name, text, bytes.length);
    }
    return this;
  }

  /** Sets an attribute. */
  public OpBuilder attr(String name, DataType value) {
    TF_SetAttrType(description, name, ElementTypes.code(value));
    return this;
  }

  /** Sets an attribute that is a type of {@link ElementTypes}. */
  public OpBuilder type(String name, int code) {
    TF_SetAttrType(description, name, code);
    return this;
  }

  /** Sets an attribute that is a list of integers. */
  public OpBuilder integers(String name, long... values) {
    TF_SetAttrIntList(description, name, values, values.length);
    return this;
  }

  /** Sets an attribute that is a list of types. */
  public OpBuilder types(String name, List<DataType> values) {
    int[] codes = values.stream().mapToInt(ElementTypes::code).toArray();
    TF_SetAttrTypeList(description, name, codes, codes.length);
    return this;
  }

  /** Sets an attribute that is a shape; -1 stands for a size that is known only at run time. */
  public OpBuilder shape(String name, long... sizes) {
    TF_SetAttrShape(description, name, sizes, sizes.length);
    return this;
  }

  /** Sets an attribute that is a tensor, which is copied into the graph. */
  public OpBuilder tensor(String name, Tensor value) {
    try (NativeTensor given = NativeTensor.of(value)) {
      TF_SetAttrTensor(description, name, given.pointer(), graph.status().pointer());
    }
    graph.status().check("a constant of operation " + type);
    return this;
  }

  /** Sets an attribute that is a list of texts, or a single one. */
  public OpBuilder texts(String name, boolean list, List<String> values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDtype(org.tensorflow.proto.DataType.DT_STRING);
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (list) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(values.size()));
    }
    values.forEach(text -> tensor.addStringVal(ByteString.copyFromUtf8(text)));
    byte[] bytes =
        AttrValue.newBuilder().setTensor(tensor.setTensorShape(shape)).build().toByteArray();
    try (BytePointer proto = new BytePointer(bytes)) {
      TF_SetAttrValueProto(description, name, proto, bytes.length, graph.status().pointer());
    }
    graph.status().check("a text of operation " + type);
    return this;
  }

  /** Adds the operation and returns its first result, or what stands for it when it has none. */
  public Output build() {
    if (locked) {
      return buildLocked();
    }
    TF_Operation operation = TF_FinishOperation(description, graph.status().pointer());
    graph.status().check("operation " + type);
    return new Output(operation, 0);
  }

  /** TensorFlow itself takes note of the names of what was added while it derived. */
  private Output buildLocked() {
    try (NativeStatus own = new NativeStatus()) {
      TF_Operation operation = TF_FinishOperationLocked(description, own.pointer());
      own.check("operation " + type);
      TFJ_UnmapOperationName(graph.pointer(), operation);
      return new Output(operation, 0);
    }
  }
}

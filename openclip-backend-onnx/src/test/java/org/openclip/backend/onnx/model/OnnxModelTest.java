package org.openclip.backend.onnx.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.Message;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Shape;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/** What is written field by field, read by the classes that ONNX's own definition generates. */
class OnnxModelTest {
  private static GraphProto graph(OnnxGraph graph) throws Exception {
    return model(graph).getGraph();
  }

  private static ModelProto model(OnnxGraph graph) throws Exception {
    ModelProto model = ModelProto.parseFrom(graph.model().bytes());
    assertThatNothingIsUnknown(model);
    return model;
  }

  private static void assertThatNothingIsUnknown(Message message) {
    assertThat(message.getUnknownFields().asMap()).as(message.toString()).isEmpty();
    for (Object value : message.getAllFields().values()) {
      for (Object one : value instanceof List<?> several ? several : List.of(value)) {
        if (one instanceof Message inner) {
          assertThatNothingIsUnknown(inner);
        }
      }
    }
  }

  @Test
  void attributesOfEveryKindAreRead() throws Exception {
    OnnxGraph graph = new OnnxGraph("gräph");
    graph.node(
        "Made",
        List.of("a", "", "c"),
        OnnxGraph.integer("small", 0),
        OnnxGraph.integer("negative", -1),
        OnnxGraph.integer("large", Long.MAX_VALUE),
        OnnxGraph.floating("epsilon", 1e-5),
        OnnxGraph.string("text", "größer"),
        OnnxGraph.string("empty", ""),
        OnnxGraph.integers("pads", List.of(0, -3, 1L << 40)));

    GraphProto read = graph(graph);

    NodeProto node = read.getNode(0);
    assertThat(read.getName()).isEqualTo("gräph");
    assertThat(node.getOpType()).isEqualTo("Made");
    assertThat(node.getInputList()).containsExactly("a", "", "c");
    assertThat(node.getOutputList()).hasSize(1);
    assertThat(node.getAttributeList())
        .extracting(AttributeProto::getName)
        .containsExactly("small", "negative", "large", "epsilon", "text", "empty", "pads");
    assertThat(node.getAttributeList())
        .extracting(AttributeProto::getI)
        .startsWith(0L, -1L, Long.MAX_VALUE);
    assertThat(node.getAttribute(3).getF()).isEqualTo(1e-5f);
    assertThat(node.getAttribute(3).getType()).isEqualTo(AttributeProto.AttributeType.FLOAT);
    assertThat(node.getAttribute(4).getS().toStringUtf8()).isEqualTo("größer");
    assertThat(node.getAttribute(5).getType()).isEqualTo(AttributeProto.AttributeType.STRING);
    assertThat(node.getAttribute(6).getIntsList()).containsExactly(0L, -3L, 1L << 40);
    assertThat(node.getAttribute(6).getType()).isEqualTo(AttributeProto.AttributeType.INTS);
  }

  @Test
  void inputsAndOutputsHaveTheirShapes() throws Exception {
    OnnxGraph graph = new OnnxGraph("shapes");
    Shape shape = new Shape(List.of(Dim.BATCH, Dim.of(300), Dim.of(2)));
    graph.input("in", shape, DataType.FLOAT16);
    graph.output("out", "in", shape, DataType.FLOAT32);

    GraphProto read = graph(graph);

    var type = read.getInput(0).getType().getTensorType();
    assertThat(read.getInput(0).getName()).isEqualTo("in");
    assertThat(type.getElemType()).isEqualTo(TensorProto.DataType.FLOAT16.getNumber());
    assertThat(type.getShape().getDim(0).getDimParam()).isEqualTo(Dim.BATCH.toString());
    assertThat(type.getShape().getDim(1).getDimValue()).isEqualTo(300);
    assertThat(read.getOutput(0).getName()).isEqualTo("out");
    assertThat(read.getNode(0).getAttribute(0).getI())
        .isEqualTo(TensorProto.DataType.FLOAT.getNumber());
  }

  @Test
  void tensorsOfEveryTypeAreInsideOrReferredTo() throws Exception {
    OnnxGraph graph = new OnnxGraph("tensors");
    for (DataType type : DataType.values()) {
      graph.external("weight " + type, type, 2, 0, 3);
    }
    graph.integers(1, -2, 3);
    graph.external("scalar", DataType.FLOAT32);
    graph.constant(Tensor.of(new float[] {1.5f}));

    GraphProto read = graph(graph);

    assertThat(read.getInitializerList().subList(0, 7))
        .allSatisfy(tensor -> assertThat(tensor.getDimsList()).containsExactly(2L, 0L, 3L))
        .allMatch(tensor -> tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL)
        .allMatch(tensor -> tensor.getExternalData(0).getKey().equals("location"))
        .allMatch(tensor -> tensor.getExternalData(0).getValue().equals(OnnxModel.WEIGHTS))
        .extracting(tensor -> TensorProto.DataType.forNumber(tensor.getDataType()).name())
        .containsExactlyInAnyOrder(
            "FLOAT", "FLOAT16", "BFLOAT16", "INT64", "INT32", "INT8", "BOOL");
    TensorProto integers = read.getInitializer(7);
    assertThat(integers.getDimsList()).containsExactly(3L);
    assertThat(integers.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN))
        .satisfies(data -> assertThat(data.getLong(8)).isEqualTo(-2));
    assertThat(read.getInitializer(8).getDimsCount()).isZero();
    assertThat(read.getInitializer(9).getRawData().size()).isEqualTo(4);
  }

  @Test
  void theRuntimesOperatorsAreDeclaredWhereTheyAreUsed() throws Exception {
    OnnxGraph standard = new OnnxGraph("standard");
    standard.node("Relu", List.of("x"));
    OnnxGraph own = new OnnxGraph("own");
    own.node(OnnxGraph.MICROSOFT, "FusedMatMul", List.of("x", "y"));

    assertThat(model(standard).getOpsetImportList())
        .singleElement()
        .satisfies(set -> assertThat(set.getDomain()).isEmpty())
        .satisfies(set -> assertThat(set.getVersion()).isEqualTo(21));
    assertThat(model(own).getOpsetImport(1).getDomain()).isEqualTo(OnnxGraph.MICROSOFT);
    assertThat(model(own).getGraph().getNode(0).getDomain()).isEqualTo(OnnxGraph.MICROSOFT);
    assertThat(model(own).getIrVersion()).isEqualTo(10);
    assertThat(model(own).getProducerName()).isEqualTo("openclip");
  }
}

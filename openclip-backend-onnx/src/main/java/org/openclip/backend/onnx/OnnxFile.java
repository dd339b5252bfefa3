package org.openclip.backend.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * Writes ONNX models to files without holding their weights in memory: inside the model, or in a
 * file beside it, as a model beyond the 2 GiB of a protocol buffer must have them.
 */
final class OnnxFile {
  /** Where mapped memory may begin on every system, so that readers can map each tensor. */
  private static final int ALIGNMENT = 1 << 16;

  /** Smaller tensors stay inside the model. */
  private static final long LEAST_OUTSIDE = 1024;

  private final Path folder;
  private final boolean outside;

  /** Tensors that lie in a file already, for models that have weights in common. */
  private final Map<String, Place> places = new HashMap<>();

  private record Place(String file, long offset, long length) {}

  /**
   * Creates a writer of models that have weights in common.
   *
   * @param outside whether weights go into files beside the models
   */
  OnnxFile(Path folder, boolean outside) {
    this.folder = folder;
    this.outside = outside;
  }

  /**
   * Writes a model.
   *
   * @param name of the model's file; that of its weights, if there are any, ends with {@code .data}
   * @return the files written
   */
  List<Path> write(String name, Lowered lowered) throws IOException {
    Path model = folder.resolve(name);
    Path weights = folder.resolve(name + ".data");
    boolean beside = outside && writeWeights(weights, lowered);
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(model), 1 << 16)) {
      writeModel(file, lowered);
    }
    return beside ? List.of(model, weights) : List.of(model);
  }

  /** Writes those weights that no file has yet; returns whether there are any. */
  private boolean writeWeights(Path path, Lowered lowered) throws IOException {
    String file = String.valueOf(path.getFileName());
    long end = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 16)) {
      for (TensorProto header : lowered.model().getGraph().getInitializerList()) {
        Tensor tensor = lowered.weights().get(header.getName());
        if (tensor == null || places.containsKey(header.getName())) {
          continue;
        }
        DataType type = OnnxGraph.type(header.getDataType());
        long length = TensorBytes.count(tensor, type);
        if (length >= LEAST_OUTSIDE) {
          long offset = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
          out.write(new byte[(int) (offset - end)]);
          TensorBytes.write(tensor, type, out);
          places.put(header.getName(), new Place(file, offset, length));
          end = offset + length;
        }
      }
    }
    if (end == 0) {
      Files.delete(path);
    }
    return end > 0;
  }

  /** Writes the fields of the messages by hand where weights are among them. */
  private void writeModel(OutputStream file, Lowered lowered) throws IOException {
    GraphProto graph = lowered.model().getGraph();
    GraphProto bare = graph.toBuilder().clearInitializer().build();
    ModelProto rest = lowered.model().toBuilder().clearGraph().build();
    long length = bare.getSerializedSize();
    for (TensorProto header : graph.getInitializerList()) {
      length += field(GraphProto.INITIALIZER_FIELD_NUMBER, size(header, lowered));
    }
    CodedOutputStream out = CodedOutputStream.newInstance(file);
    rest.writeTo(out);
    begin(out, ModelProto.GRAPH_FIELD_NUMBER, length);
    bare.writeTo(out);
    for (TensorProto header : graph.getInitializerList()) {
      begin(out, GraphProto.INITIALIZER_FIELD_NUMBER, size(header, lowered));
      header(header).writeTo(out);
      Tensor tensor = inside(header, lowered);
      if (tensor != null) {
        DataType type = OnnxGraph.type(header.getDataType());
        begin(out, TensorProto.RAW_DATA_FIELD_NUMBER, TensorBytes.count(tensor, type));
        out.flush();
        TensorBytes.write(tensor, type, file);
      }
    }
    out.flush();
  }

  /** Returns what a model holds of a tensor besides its elements. */
  private TensorProto header(TensorProto header) {
    if (header.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
      return header;
    }
    TensorProto.Builder known = header.toBuilder().clearExternalData();
    Place place = places.get(header.getName());
    if (place == null) {
      return known.clearDataLocation().build();
    }
    return known
        .addExternalData(entry("location", place.file()))
        .addExternalData(entry("offset", Long.toString(place.offset())))
        .addExternalData(entry("length", Long.toString(place.length())))
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  /** Returns the tensor whose elements go into the model itself; null when none do. */
  private @Nullable Tensor inside(TensorProto header, Lowered lowered) {
    return places.containsKey(header.getName()) ? null : lowered.weights().get(header.getName());
  }

  /** Returns the length of a tensor's message. */
  private long size(TensorProto header, Lowered lowered) {
    long length = header(header).getSerializedSize();
    Tensor tensor = inside(header, lowered);
    if (tensor != null) {
      DataType type = OnnxGraph.type(header.getDataType());
      length += field(TensorProto.RAW_DATA_FIELD_NUMBER, TensorBytes.count(tensor, type));
    }
    return length;
  }

  /** Returns the length of a field with its tag, its content's length, and its content. */
  private static long field(int number, long content) {
    return CodedOutputStream.computeTagSize(number)
        + CodedOutputStream.computeUInt64SizeNoTag(content)
        + content;
  }

  private static void begin(CodedOutputStream out, int number, long content) throws IOException {
    out.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt64NoTag(content);
  }
}

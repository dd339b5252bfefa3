package org.openclip.backend.onnx.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * A tensor that an ONNX graph begins with.
 *
 * @param name what nodes call it
 * @param type the type that the graph gives it
 * @param shape its sizes
 * @param constant its elements; null for a weight, whose elements are handed over beside the graph
 */
public record OnnxInitializer(
    String name, DataType type, List<Long> shape, @Nullable Tensor constant) {
  // Fields of TensorProto.
  private static final int DIMS = 1;
  private static final int DATA_TYPE = 2;
  private static final int NAME = 8;
  private static final int EXTERNAL_DATA = 13;
  private static final int DATA_LOCATION = 14;

  private static final int EXTERNAL = 1;

  // Fields of StringStringEntryProto.
  private static final int KEY = 1;
  private static final int VALUE = 2;

  /** Returns it as a model holds it that has the elements in itself. */
  public StoredInitializer inside(Tensor elements) {
    return new StoredInitializer(header(), elements, type);
  }

  /**
   * Returns it as a model holds it that has the elements elsewhere.
   *
   * @param place ONNX's words for where, such as {@code location}
   */
  public StoredInitializer outside(Map<String, String> place) {
    ProtoMessage header = header();
    place.forEach(
        (key, value) ->
            header.message(EXTERNAL_DATA, new ProtoMessage().text(KEY, key).text(VALUE, value)));
    return new StoredInitializer(header.integer(DATA_LOCATION, EXTERNAL), null, type);
  }

  private ProtoMessage header() {
    ProtoMessage header = new ProtoMessage();
    shape.forEach(size -> header.integer(DIMS, size));
    return header.integer(DATA_TYPE, OnnxGraph.code(type)).text(NAME, name);
  }
}

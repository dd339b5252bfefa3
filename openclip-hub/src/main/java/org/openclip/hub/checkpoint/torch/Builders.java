package org.openclip.hub.checkpoint.torch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.openclip.api.InvalidFileException;

/**
 * The few classes and functions that a checkpoint of tensors names, as what they build. Others
 * build a {@link Placeholder}.
 */
final class Builders {
  private static final int MOST_AXES = 16;

  /** Functions of TorchScript's pickles that return their first argument, typed. */
  private static final Set<String> TYPED_LISTS =
      Set.of(
          "build_intlist",
          "build_tensorlist",
          "build_doublelist",
          "build_boollist",
          "restore_type_tag");

  private final Function<String, InvalidFileException> fault;
  private final List<Storage> storages = new ArrayList<>();

  /**
   * Creates the builders.
   *
   * @param fault makes an exception about the place that is being read
   */
  Builders(Function<String, InvalidFileException> fault) {
    this.fault = fault;
  }

  /**
   * Builds what a call would return; a placeholder when the function is not known.
   *
   * @throws InvalidFileException when it is no call
   */
  Object call(Object function, Object arguments) {
    if (function instanceof Placeholder) {
      return function;
    }
    if (!(function instanceof Global global) || !(arguments instanceof List<?> values)) {
      throw fault.apply("its pickle calls an object that is not a function; it is damaged");
    }
    List<Object> list = new ArrayList<>(values);
    // A tensor of an unknown storage, say, is as unknown.
    return list.stream()
        .filter(Placeholder.class::isInstance)
        .findFirst()
        .orElseGet(() -> known(global, list));
  }

  private Object known(Global global, List<Object> list) {
    if (global.is("collections", "OrderedDict")) {
      return orderedMap(list);
    }
    if (global.is("collections", "defaultdict")) {
      return new LinkedHashMap<>(2);
    }
    if (global.module().equals("torch._utils")) {
      return switch (global.name()) {
        case "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3" -> tensor(global, list);
        case "_rebuild_parameter", "_rebuild_parameter_with_state" ->
            argument(list, 0, TensorView.class, global);
        default -> new Placeholder(global.toString());
      };
    }
    if (global.is("torch", "Size")) {
      return argument(list, 0, List.class, global);
    }
    if (global.is("torch", "device")) {
      return argument(list, 0, String.class, global);
    }
    if (global.module().equals("torch.jit._pickle") && TYPED_LISTS.contains(global.name())) {
      return argument(list, 0, Object.class, global);
    }
    if (global.module().startsWith("__torch__") && list.isEmpty()) {
      return new ScriptObject();
    }
    return new Placeholder(global.toString());
  }

  private <T> T argument(List<Object> arguments, int index, Class<T> type, Global global) {
    if (index < arguments.size() && type.isInstance(arguments.get(index))) {
      return type.cast(arguments.get(index));
    }
    throw fault.apply(
        "its pickle calls " + global + " without a " + type.getSimpleName() + "; it is damaged");
  }

  private Map<Object, Object> orderedMap(List<Object> arguments) {
    List<Object> pairs = new ArrayList<>();
    if (!arguments.isEmpty()) {
      for (Object pair : argument(arguments, 0, List.class, new Global("a", "map"))) {
        if (!(pair instanceof List<?> two) || two.size() != 2) {
          throw fault.apply(
              "its pickle builds a map from values that are not pairs; it is damaged");
        }
        pairs.addAll(two);
      }
    }
    return map(pairs);
  }

  /** A key that is neither a text nor a number; no state dict has one. */
  static final class OtherKey {
    @Override
    public String toString() {
      return "(a key that is neither a string nor a number)";
    }
  }

  /** Returns a map of keys and values that take turns. */
  Map<Object, Object> map(List<Object> pairs) {
    Map<Object, Object> map = new LinkedHashMap<>();
    put(map, pairs);
    return map;
  }

  /** Puts keys and values that take turns into a map. */
  void put(Map<Object, Object> map, List<Object> pairs) {
    if (pairs.size() % 2 != 0) {
      throw fault.apply("its pickle has a key without a value; it is damaged");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      Object key = pairs.get(i);
      boolean plain = key instanceof String || key instanceof Number || key instanceof Boolean;
      // Lists may hold themselves, so that nobody must ask for their hash code.
      map.put(plain ? key : new OtherKey(), pairs.get(i + 1));
    }
  }

  /** Gives an object its state: attributes of a script's module; others need none. */
  void setState(Object object, Object state) {
    if (object instanceof ScriptObject script && state instanceof Map<?, ?> map) {
      script.attributes().putAll(map);
    } else if (!(object instanceof Map
        || object instanceof List
        || object instanceof TensorView
        || object instanceof Placeholder)) {
      throw fault.apply("its pickle sets the state of an object that has none; it is damaged");
    }
  }

  private TensorView tensor(Global global, List<Object> arguments) {
    Storage storage = argument(arguments, 0, Storage.class, global);
    long offset = argument(arguments, 1, Long.class, global);
    List<Long> shape = sizes(argument(arguments, 2, List.class, global));
    List<Long> strides = sizes(argument(arguments, 3, List.class, global));
    ElementType type = storage.type();
    if (type == null && arguments.size() > 6 && arguments.get(6) instanceof Global dtype) {
      type = elementType(dtype);
    }
    if (type == null) {
      throw fault.apply("its pickle has a tensor without a type");
    }
    if (offset < 0 || shape.size() != strides.size() || shape.size() > MOST_AXES) {
      throw fault.apply("its pickle has a tensor of invalid shape; it is damaged");
    }
    return new TensorView(storage, type, offset, shape, strides);
  }

  private List<Long> sizes(List<?> list) {
    List<Long> sizes = new ArrayList<>();
    for (Object size : list) {
      if (!(size instanceof Long number) || number < 0) {
        throw fault.apply("its pickle has " + kind(size) + " in the shape of a tensor");
      }
      sizes.add(number);
    }
    return sizes;
  }

  private static String kind(Object value) {
    return value instanceof Number ? value.toString() : "a value that is not a number";
  }

  private ElementType elementType(Global global) {
    ElementType type = global.module().equals("torch") ? ElementType.named(global.name()) : null;
    if (type == null) {
      throw fault.apply("its pickle has elements of type '" + global + "', which is not supported");
    }
    return type;
  }

  /**
   * Returns the storage that a persistent id, {@code ('storage', type, key, place, n)}, names; a
   * placeholder when it is no storage.
   */
  Object storage(Object id) {
    if (!(id instanceof List<?> parts && parts.size() >= 5 && "storage".equals(parts.get(0)))) {
      return new Placeholder("a persistent id that is not a storage");
    }
    if (parts.get(1) instanceof Global type
        && parts.get(2) instanceof String key
        && parts.get(4) instanceof Long elements
        && elements >= 0) {
      if (parts.size() > 5 && !(parts.get(5) instanceof Unpickler.None)) {
        throw fault.apply(
            "its pickle has views of storages, which only PyTorch before 0.4 wrote; save it with a"
                + " newer PyTorch");
      }
      boolean untyped = type.is("torch.storage", "UntypedStorage");
      Storage storage = new Storage(key, untyped ? null : elementType(type), elements);
      storages.add(storage);
      return storage;
    }
    throw fault.apply("its pickle names a storage without type, key or length; it is damaged");
  }

  /** Returns every storage that was named so far. */
  List<Storage> storages() {
    return Collections.unmodifiableList(storages);
  }
}

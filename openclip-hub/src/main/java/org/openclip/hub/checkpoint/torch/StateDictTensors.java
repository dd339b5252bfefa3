package org.openclip.hub.checkpoint.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.FileBytes;
import org.openclip.hub.checkpoint.MappedTensors;
import org.openclip.hub.io.WeightMemory;

/** The tensors of the model in a checkpoint, under the names of its state dict. */
final class StateDictTensors {
  /** Keys under which training checkpoints keep the state dict of the model. */
  private static final List<String> STATE_DICTS =
      List.of("state_dict", "model_state_dict", "model", "weights");

  /** How deep modules of a script may nest. */
  private static final int DEEPEST = 64;

  /** How many values are looked at; a pickle can name one value exponentially often. */
  private static final int MOST_VALUES = 1_000_000;

  private final FileBytes file;
  private final TorchFile torch;
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private int visited;

  StateDictTensors(FileBytes file, TorchFile torch) {
    this.file = file;
    this.torch = torch;
  }

  /** Maps the tensors; those that are no plain run of numbers in the file are copied. */
  Weights open() throws IOException {
    Map<String, TensorView> views = new LinkedHashMap<>();
    each(model(), "", views::put, DEEPEST);
    if (views.isEmpty()) {
      throw file.fault(
          -1, "contains no named tensors; a state dict, or a checkpoint with one, is expected");
    }
    Map<String, MappedTensors.Place> plain = new LinkedHashMap<>();
    Map<String, Tensor> copied = new LinkedHashMap<>();
    for (Map.Entry<String, TensorView> entry : views.entrySet()) {
      TensorView view = entry.getValue();
      DataType type = view.type().read();
      if (type == null) {
        throw file.fault(
            -1,
            "tensor '%s' has elements of type %s, which CLIP models do not use"
                .formatted(entry.getKey(), view.type()));
      }
      long begin = check(entry.getKey(), view);
      if (view.contiguous() && view.type().bytes() == type.bytes()) {
        plain.put(entry.getKey(), new MappedTensors.Place(type, view.shape(), begin));
      } else {
        copied.put(entry.getKey(), copy(entry.getKey(), view, type, begin));
      }
    }
    Weights mapped = MappedTensors.map(file, plain, MappedTensors.WINDOW);
    if (copied.isEmpty()) {
      return mapped;
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : views.keySet()) {
      Tensor copy = copied.get(name);
      tensors.put(name, copy != null ? copy : mapped.get(name));
    }
    return Weights.of(tensors);
  }

  private Object model() {
    if (torch.content() instanceof Map<?, ?> map) {
      for (String key : STATE_DICTS) {
        if (map.get(key) instanceof Map<?, ?> inner) {
          return inner;
        }
      }
    }
    return torch.content();
  }

  /** Visits the tensors of maps and modules within each other, names joined by dots. */
  private void each(Object value, String name, BiConsumer<String, TensorView> visitor, int depth) {
    if (++visited > MOST_VALUES) {
      throw file.fault(-1, "it has more values than the limit of " + MOST_VALUES);
    }
    if (value instanceof List || value instanceof Placeholder || value instanceof Global) {
      check(name, value);
    }
    Map<?, ?> children =
        value instanceof ScriptObject script
            ? script.attributes()
            : value instanceof Map<?, ?> map ? map : Map.of();
    if (value instanceof TensorView view && !name.isEmpty()) {
      visitor.accept(name, view);
    } else if (!children.isEmpty()) {
      if (depth == 0) {
        throw file.fault(
            -1,
            "its modules are nested deeper than the limit of " + DEEPEST + " at '" + name + "'");
      }
      String prefix = name.isEmpty() ? "" : name + ".";
      children.forEach(
          (key, child) -> {
            if (key instanceof Builders.OtherKey) {
              throw file.fault(
                  -1, "its state dict has a key that is neither a string nor a number");
            }
            each(child, prefix + key, visitor, depth - 1);
          });
    }
  }

  /** Refuses what is unknown in a value of the state dict, also in lists within lists. */
  private void check(String name, Object value) {
    List<Object> open = new ArrayList<>(List.of(value));
    while (!open.isEmpty()) {
      Object next = open.remove(open.size() - 1);
      if (next instanceof Placeholder placeholder) {
        throw refused(name, placeholder.what());
      } else if (next instanceof Global global && !global.isHarmless()) {
        throw refused(name, global.toString());
      } else if (next instanceof List<?> list && seen.add(list)) {
        open.addAll(list);
      } else if (next instanceof Map<?, ?> map && seen.add(map)) {
        open.addAll(map.values());
      } else if (next instanceof ScriptObject script && seen.add(script)) {
        open.addAll(script.attributes().values());
      }
    }
  }

  private InvalidFileException refused(String name, String what) {
    return file.fault(
        -1,
        "its pickle refers to '%s'%s, but only tensors and containers are allowed; no code was"
                .formatted(what, name.isEmpty() ? "" : " as '" + name + "' of the state dict")
            + " run. If you trust the file, save only its state dict, preferably as safetensors");
  }

  /** Returns where the view's first element lies, after checking that all of them are there. */
  private long check(String name, TensorView view) {
    TorchFile.Place place = torch.places().get(view.storage().key());
    if (place == null) {
      throw file.fault(
          -1, "tensor '" + name + "' is in storage " + view.storage().key() + ", which is missing");
    }
    int bytes = view.type().bytes();
    try {
      if (view.count() == 0) {
        return place.begin();
      }
      if (view.end() <= place.bytes() / bytes && view.count() <= place.bytes() / bytes) {
        return place.begin() + view.offset() * bytes;
      }
    } catch (ArithmeticException e) {
      throw outside(name, view, place, e);
    }
    throw outside(name, view, place, null);
  }

  private InvalidFileException outside(
      String name, TensorView view, TorchFile.Place place, @Nullable ArithmeticException cause) {
    InvalidFileException fault =
        file.fault(
            place.begin(),
            "tensor '%s' %s with strides %s from element %s does not fit storage %s of %s bytes; the"
                    .formatted(
                        name,
                        view.shape(),
                        view.strides(),
                        view.offset(),
                        view.storage().key(),
                        place.bytes())
                + " file is truncated or damaged");
    if (cause != null) {
      fault.addSuppressed(cause);
    }
    return fault;
  }

  /** Gathers a strided view, or narrows doubles to float32 as PyTorch does when it loads them. */
  private Tensor copy(String name, TensorView view, DataType type, long begin) throws IOException {
    int width = view.type().bytes();
    long span = view.count() == 0 ? 0 : (view.end() - view.offset()) * width;
    long bytes = view.count() * type.bytes();
    if (span > Integer.MAX_VALUE || bytes > Integer.MAX_VALUE) {
      throw file.fault(
          begin,
          "tensor '%s' is not contiguous and spans %s bytes, but the limit for such tensors is %s;"
                  .formatted(name, span, Integer.MAX_VALUE)
              + " save it contiguous, in float32 or float16");
    }
    ByteBuffer source = file.map(begin, span).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer target = WeightMemory.allocate(bytes);
    gather(view, 0, 0, source, target);
    return Tensor.of(
        type, target.flip(), view.shape().stream().mapToLong(Long::longValue).toArray());
  }

  private static void gather(
      TensorView view, int axis, long element, ByteBuffer source, ByteBuffer target) {
    if (axis < view.shape().size()) {
      for (long i = 0; i < view.shape().get(axis); i++) {
        gather(view, axis + 1, element + i * view.strides().get(axis), source, target);
      }
      return;
    }
    int width = view.type().bytes();
    int at = Math.toIntExact(element * width);
    if (view.type() == ElementType.DOUBLE) {
      target.putFloat((float) source.getDouble(at));
    } else {
      switch (width) {
        case 1 -> target.put(source.get(at));
        case 2 -> target.putShort(source.getShort(at));
        case 4 -> target.putInt(source.getInt(at));
        default -> target.putLong(source.getLong(at));
      }
    }
  }
}

package org.openclip.hub.checkpoint.torch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes pickles by hand, as Python's protocol 2 has them, for tests. */
final class Pickler {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Pickler() {
    raw(0x80, 2);
  }

  Pickler raw(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  /** Writes a text, a number, a truth value, a tuple (list) or a map. */
  Pickler value(Object value) {
    switch (value) {
      case String text -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        raw('X');
        out.writeBytes(little(4).putInt(bytes.length).array());
        out.writeBytes(bytes);
      }
      case Integer number -> {
        raw('J');
        out.writeBytes(little(4).putInt(number).array());
      }
      case Boolean flag -> raw(flag ? 0x88 : 0x89);
      case List<?> tuple -> {
        raw('(');
        tuple.forEach(this::value);
        raw('t');
      }
      case Map<?, ?> map -> {
        raw('}', '(');
        map.forEach(
            (k, v) -> {
              value(k);
              value(v);
            });
        raw('u');
      }
      case Runnable nested -> nested.run();
      default -> throw new IllegalArgumentException(value.getClass().toString());
    }
    return this;
  }

  Pickler global(String module, String name) {
    raw('c');
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Writes a float tensor over a storage. */
  Runnable tensor(
      String storage,
      String type,
      int elements,
      int offset,
      List<Integer> shape,
      List<Integer> strides) {
    return () -> {
      global("torch._utils", "_rebuild_tensor_v2").raw('(', '(').value("storage");
      global("torch", type).value(storage).value("cpu").value(elements).raw('t', 'Q');
      value(offset).value(shape).value(strides).value(false);
      global("collections", "OrderedDict").raw(')', 'R', 't', 'R');
    };
  }

  /** Writes a module of a script with its attributes. */
  Runnable module(String name, Map<String, ?> attributes) {
    return () -> global("__torch__." + name, "Module").raw(')', 0x81).value(attributes).raw('b');
  }

  byte[] end() {
    raw('.');
    return out.toByteArray();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

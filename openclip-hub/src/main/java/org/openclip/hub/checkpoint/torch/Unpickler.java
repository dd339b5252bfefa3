package org.openclip.hub.checkpoint.torch;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openclip.api.InvalidFileException;

/**
 * A pickle machine that builds tensors and containers and nothing else (Python's pickletools
 * describes the instructions, protocols 2 to 5). A class or function it does not know leaves a
 * {@link Placeholder}; nothing is ever looked up or called.
 *
 * <p>Maps are {@link Map}, lists, tuples and sets {@link List}; None is {@link None}. Memory grows
 * with the bytes read, never with a length that they promise.
 */
final class Unpickler {
  /** Python's None, which is a value like others. */
  enum None {
    NONE
  }

  /** The most bytes of an integer; longer ones, and longer texts, leave placeholders. */
  private static final int MOST_INTEGER_BYTES = 64;

  /** The most bytes of a text; names of tensors have a hundred. */
  private static final int MOST_TEXT = 1 << 16;

  private static final Object MARK = new Object();

  private final String file;
  private final long start;
  private final ByteBuffer in;
  private final Builders builders;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private long opcodeAt;

  /**
   * Creates a machine for the pickle at the buffer's position.
   *
   * @param file the file's name, for messages
   * @param start the offset of the buffer's first byte in the file, for messages
   */
  Unpickler(String file, long start, ByteBuffer in) {
    this.file = file;
    this.start = start;
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    this.builders = new Builders(this::fault);
  }

  /**
   * Reads one pickle and leaves the buffer behind it.
   *
   * @throws InvalidFileException when it is damaged, or asks for more than tensors and containers
   */
  Object read() {
    while (true) {
      opcodeAt = start + in.position();
      int opcode = unsigned();
      if (opcode == '.') {
        Object result = pop();
        if (!stack.isEmpty()) {
          throw fault("its pickle ends with " + stack.size() + " values left over");
        }
        return result;
      }
      step(opcode);
    }
  }

  /** Returns every storage that was named so far. */
  List<Storage> storages() {
    return builders.storages();
  }

  private void step(int opcode) {
    switch (opcode) {
      case 0x80 -> protocol(unsigned());
      case 0x95 -> bytes(length(8, 0)); // A frame promises how many bytes follow.
      case '(' -> stack.add(MARK);
      case '0' -> pop();
      case '1' -> popToMark();
      case '2' -> stack.add(top());
      case 'N' -> stack.add(None.NONE);
      case 0x88 -> stack.add(true);
      case 0x89 -> stack.add(false);
      case 'K' -> stack.add((long) unsigned());
      case 'M' -> stack.add((long) Short.toUnsignedInt(need(2).getShort()));
      case 'J' -> stack.add((long) need(4).getInt());
      case 0x8a -> stack.add(integer(unsigned()));
      case 0x8b -> stack.add(integer(length(4, 1)));
      case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(need(8).getLong())));
      case 0x8c -> stack.add(text(length(1, 1)));
      case 'X' -> stack.add(text(length(4, 1)));
      case 0x8d -> stack.add(text(length(8, 1)));
      // Python 2 had its texts as bytes.
      case 'U' -> stack.add(text(length(1, 1)));
      case 'T' -> stack.add(text(length(4, 1)));
      case 'C' -> stack.add(binary(length(1, 1)));
      case 'B' -> stack.add(binary(length(4, 1)));
      case 0x8e, 0x96 -> stack.add(binary(length(8, 1)));
      case 0x97 -> stack.add(new Placeholder("a buffer outside the file"));
      case 0x98 -> top(); // The same buffer, to be read only.
      case '}' -> stack.add(new LinkedHashMap<>(2));
      case ']', ')', 0x8f -> stack.add(new ArrayList<>(0));
      case 'd' -> stack.add(builders.map(popToMark()));
      case 'l', 't', 0x91 -> stack.add(popToMark());
      case 0x85 -> stack.add(popLast(1));
      case 0x86 -> stack.add(popLast(2));
      case 0x87 -> stack.add(popLast(3));
      case 'a' -> append(popLast(1));
      case 'e', 0x90 -> append(popToMark());
      case 's' -> set(popLast(2));
      case 'u' -> set(popToMark());
      case 'q' -> memo.put(unsigned(), top());
      case 'r' -> memo.put(need(4).getInt(), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'h' -> stack.add(remembered(unsigned()));
      case 'j' -> stack.add(remembered(need(4).getInt()));
      case 'c' -> stack.add(new Global(line(), line()));
      case 0x93 -> {
        List<Object> names = popLast(2);
        stack.add(new Global(string(names.get(0)), string(names.get(1))));
      }
      case 'R', 0x81 -> {
        List<Object> call = popLast(2);
        stack.add(builders.call(call.get(0), call.get(1)));
      }
      case 0x92 -> {
        List<Object> call = popLast(3);
        stack.add(builders.call(call.get(0), call.get(1)));
      }
      case 0x82 -> stack.add(extension(unsigned()));
      case 0x83 -> stack.add(extension(Short.toUnsignedInt(need(2).getShort())));
      case 0x84 -> stack.add(extension(need(4).getInt()));
      case 'b' -> {
        Object state = pop();
        builders.setState(top(), state);
      }
      case 'Q' -> stack.add(builders.storage(pop()));
      default ->
          throw fault(
              String.format(Locale.ROOT, "its pickle has the instruction 0x%02x", opcode)
                  + ", which tensor checkpoints do not use; it is damaged or not a checkpoint");
    }
  }

  private void protocol(int version) {
    if (version < 2 || version > 5) {
      throw fault("its pickle has protocol " + version + ", but only 2 to 5 are supported");
    }
  }

  private Object top() {
    if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
      throw fault("its pickle pops a value from an empty stack; it is damaged");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() {
    Object value = top();
    stack.remove(stack.size() - 1);
    return value;
  }

  private List<Object> popLast(int count) {
    if (stack.size() < count) {
      throw fault("its pickle pops " + count + " values from a shorter stack; it is damaged");
    }
    List<Object> last = stack.subList(stack.size() - count, stack.size());
    if (last.contains(MARK)) {
      throw fault("its pickle pops values across a mark; it is damaged");
    }
    return cut(last);
  }

  private List<Object> popToMark() {
    int mark = stack.lastIndexOf(MARK);
    if (mark < 0) {
      throw fault("its pickle refers to a missing mark; it is damaged");
    }
    List<Object> values = cut(stack.subList(mark + 1, stack.size()));
    stack.remove(mark);
    return values;
  }

  private static List<Object> cut(List<Object> part) {
    List<Object> copy = new ArrayList<>(part);
    part.clear();
    return copy;
  }

  /** A class by its number in a registry of the process that wrote the file. */
  private static Placeholder extension(int code) {
    return new Placeholder("the class of extension code " + code);
  }

  private void append(List<Object> values) {
    if (top() instanceof Placeholder) {
      return;
    }
    if (!(top() instanceof List<?> list)) {
      throw fault("its pickle appends to an object that is not a list; it is damaged");
    }
    @SuppressWarnings("unchecked") // Every list of this machine is one of objects.
    List<Object> target = (List<Object>) list;
    target.addAll(values);
  }

  private void set(List<Object> pairs) {
    if (top() instanceof Placeholder) {
      return;
    }
    if (!(top() instanceof Map<?, ?> map)) {
      throw fault("its pickle sets a key of an object that is not a map; it is damaged");
    }
    @SuppressWarnings("unchecked") // Every map of this machine is one of objects.
    Map<Object, Object> target = (Map<Object, Object>) map;
    builders.put(target, pairs);
  }

  private Object remembered(int index) {
    Object value = memo.get(index);
    if (value == null) {
      throw fault("its pickle refers to the undefined memo entry " + index + "; it is damaged");
    }
    return value;
  }

  private Object integer(int length) {
    if (length > MOST_INTEGER_BYTES) {
      return skip("an integer", length);
    }
    if (length == 0) {
      return 0L;
    }
    byte[] littleEndian = bytes(length);
    byte[] value = new byte[length];
    for (int i = 0; i < length; i++) {
      value[i] = littleEndian[length - 1 - i];
    }
    BigInteger integer = new BigInteger(value);
    return integer.bitLength() < 64 ? (Object) integer.longValue() : integer;
  }

  private String string(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw fault("its pickle names a class with a value that is not a string; it is damaged");
  }

  /** Returns the text up to the next line feed. */
  private String line() {
    int from = in.position();
    while (unsigned() != '\n') {
      // Looks for the end.
    }
    int length = in.position() - from - 1;
    in.position(from);
    if (length > MOST_TEXT) {
      throw fault("its pickle has a class name of " + length + " bytes; it is damaged");
    }
    String line = decoded(length);
    in.get();
    return line;
  }

  private Object text(int length) {
    return length > MOST_TEXT ? skip("a text", length) : decoded(length);
  }

  private String decoded(int length) {
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  private Object binary(int length) {
    return length > MOST_TEXT ? skip("a run", length) : bytes(length);
  }

  /** Passes over what no state dict has, without a copy of it. */
  private Placeholder skip(String what, int length) {
    need(length).position(in.position() + length);
    return new Placeholder(what + " of " + length + " bytes");
  }

  private byte[] bytes(int length) {
    need(length);
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /**
   * Reads a length of 1, 4 or 8 bytes and checks it against what is left.
   *
   * @param counts 1 when so many bytes are to be read, 0 when they only have to be there
   */
  private int length(int size, int counts) {
    long length =
        switch (size) {
          case 1 -> unsigned();
          case 4 -> Integer.toUnsignedLong(need(4).getInt());
          default -> need(8).getLong();
        };
    if (length < 0 || length > in.remaining()) {
      throw fault(
          "its pickle declares %s more bytes, but only %s are left; it is truncated or damaged"
              .formatted(Long.toUnsignedString(length), in.remaining()));
    }
    return (int) length * counts;
  }

  private int unsigned() {
    return Byte.toUnsignedInt(need(1).get());
  }

  private ByteBuffer need(int count) {
    if (in.remaining() < count) {
      throw fault("its pickle has no end; it is truncated or damaged");
    }
    return in;
  }

  private InvalidFileException fault(String problem) {
    return new InvalidFileException(file, opcodeAt, problem);
  }
}

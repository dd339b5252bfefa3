package org.openclip.hub.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CheckpointFormatProvider;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.ZipDirectory.Member;
import org.openclip.hub.io.WeightMemory;

/**
 * Reads NumPy's {@code .npz}: a zip archive of arrays, as big_vision publishes SigLIP (NEP 1, "A
 * simple file format for NumPy arrays").
 */
public final class NpzFormat implements CheckpointFormatProvider {
  private static final String SUFFIX = ".npy";
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MOST_HEADER = 1 << 16;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': *'([^']*)', *'fortran_order': *(True|False), *'shape': *\\(([0-9, ]*)\\),?"
              + " *\\}\\s*");

  /** Creates the provider. */
  public NpzFormat() {}

  @Override
  public String name() {
    return "npz";
  }

  @Override
  public boolean accepts(Path file, ByteBuffer head) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".npz");
  }

  @Override
  public Weights open(Path path) {
    return FileBytes.read(path, NpzFormat::open);
  }

  private static Weights open(FileBytes file) throws IOException {
    Map<String, MappedTensors.Place> places = new LinkedHashMap<>();
    Map<String, Array> doubles = new LinkedHashMap<>();
    for (Map.Entry<String, Member> entry : ZipDirectory.read(file).entrySet()) {
      if (entry.getKey().endsWith(SUFFIX)) {
        String name = entry.getKey().substring(0, entry.getKey().length() - SUFFIX.length());
        Array array = array(file, name, entry.getValue());
        if (array.isDouble()) {
          doubles.put(name, array);
        } else {
          places.put(name, array.place());
        }
      }
    }
    if (places.isEmpty() && doubles.isEmpty()) {
      throw file.fault(
          -1, "contains no arrays; members whose names end with " + SUFFIX + " are expected");
    }
    Weights mapped = MappedTensors.map(file, places, MappedTensors.WINDOW);
    if (doubles.isEmpty()) {
      return mapped;
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : mapped.names()) {
      tensors.put(name, mapped.get(name));
    }
    for (Map.Entry<String, Array> entry : doubles.entrySet()) {
      tensors.put(entry.getKey(), narrow(file, entry.getValue().place()));
    }
    return Weights.of(tensors);
  }

  /** An array whose elements lie in the file; doubles are described by two of four bytes each. */
  private record Array(MappedTensors.Place place, boolean isDouble) {}

  private static Array array(FileBytes file, String name, Member member) throws IOException {
    if (!member.stored()) {
      throw file.fault(
          member.begin(),
          "array '%s' is compressed, but only uncompressed arrays can be memory-mapped; write it with numpy.savez"
              .formatted(name));
    }
    ByteBuffer start = file.bytes(member.begin(), (int) Math.min(12, member.bytes()));
    if (start.remaining() < 12 || !start.slice(0, 6).equals(ByteBuffer.wrap(MAGIC))) {
      throw file.fault(
          member.begin(), "array '" + name + "' does not start with NumPy's magic bytes");
    }
    int fixed = start.get(6) == 1 ? 10 : 12;
    long length =
        fixed == 10
            ? Short.toUnsignedInt(start.getShort(8))
            : Integer.toUnsignedLong(start.getInt(8));
    if (length > MOST_HEADER || fixed + length > member.bytes()) {
      throw file.fault(member.begin(), "the header of array '" + name + "' is damaged");
    }
    ByteBuffer text = file.bytes(member.begin() + fixed, (int) length);
    Matcher header = HEADER.matcher(StandardCharsets.UTF_8.decode(text));
    if (!header.matches()) {
      throw file.fault(
          member.begin() + fixed, "the header of array '" + name + "' has an unknown version");
    }
    String descr = header.group(1);
    boolean wide = descr.equals("<f8");
    DataType type = wide ? DataType.FLOAT32 : type(descr);
    List<Long> shape = shape(file, member, header.group(3));
    if (type == null || (header.group(2).equals("True") && shape.size() > 1)) {
      throw file.fault(
          member.begin() + fixed,
          "array '%s' has elements '%s'%s; only little-endian floats and integers in C order are supported"
              .formatted(name, descr, header.group(2).equals("True") ? " in Fortran order" : ""));
    }
    MappedTensors.Place place =
        new MappedTensors.Place(type, shape, member.begin() + fixed + length);
    long bytes = new TensorLayout(type, shape).bytes() * (wide ? 2 : 1);
    if (bytes != member.bytes() - fixed - length) {
      throw file.fault(
          member.begin(),
          "array '%s' %s needs %s bytes, but has %s; the file is damaged"
              .formatted(name, shape, bytes, member.bytes() - fixed - length));
    }
    return new Array(place, wide);
  }

  private static @Nullable DataType type(String descr) {
    return switch (descr) {
      case "<f4" -> DataType.FLOAT32;
      case "<f2" -> DataType.FLOAT16;
      // NumPy has no bfloat16; JAX writes it as two bytes without a meaning.
      case "|V2", "<V2" -> DataType.BFLOAT16;
      case "<i8" -> DataType.INT64;
      case "<i4" -> DataType.INT32;
      case "|i1" -> DataType.INT8;
      case "|b1" -> DataType.BOOL;
      default -> null;
    };
  }

  private static List<Long> shape(FileBytes file, Member member, String text) {
    List<Long> shape = new ArrayList<>();
    long count = 1;
    try {
      for (String size : text.split(",", -1)) {
        if (!size.isBlank()) {
          shape.add(Long.parseLong(size.strip()));
          count = Math.multiplyExact(count, shape.get(shape.size() - 1));
        }
      }
      Math.multiplyExact(count, 8L);
    } catch (ArithmeticException | NumberFormatException e) {
      throw file.fault(member.begin(), "an array has the invalid shape (" + text + ")");
    }
    return shape;
  }

  private static Tensor narrow(FileBytes file, MappedTensors.Place place) throws IOException {
    long bytes = place.end() - place.begin();
    ByteBuffer source = file.bytes(place.begin(), Math.toIntExact(2 * bytes));
    ByteBuffer target = WeightMemory.allocate(bytes);
    while (source.hasRemaining()) {
      target.putFloat((float) source.getDouble());
    }
    return Tensor.of(
        DataType.FLOAT32,
        target.flip(),
        place.shape().stream().mapToLong(Long::longValue).toArray());
  }
}

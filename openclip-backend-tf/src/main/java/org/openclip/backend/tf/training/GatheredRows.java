package org.openclip.backend.tf.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.tf.distributed.Collectives;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.NativeCall;
import org.openclip.backend.tf.runtime.NativeSession;
import org.openclip.backend.tf.runtime.NativeTensor;
import org.openclip.backend.tf.runtime.Output;

/** Rows of all processes, of which each may have another number. */
final class GatheredRows {
  private final Emitter out;
  private final Collectives collectives;
  private final NativeSession session;

  /** TensorFlow wants one shape of everything that meets in one place. */
  private final Map<List<?>, NativeCall> calls = new HashMap<>();

  GatheredRows(Emitter out, Collectives collectives, NativeSession session) {
    this.out = out;
    this.collectives = collectives;
    this.session = session;
  }

  /** Returns the rows of all, in the order of their ranks. */
  Tensor of(Tensor rows) {
    if (rows.shape().length != 2
        || (rows.type() != DataType.FLOAT32 && rows.type() != DataType.INT64)) {
      throw new InvalidInputException(
          "rows to gather must be float32 or int64 with two axes, not " + rows);
    }
    if (collectives.alone()) {
      return rows;
    }
    long[] counts = gather(Tensor.of(new long[] {rows.shape()[0]}, 1, 1)).toLongs();
    long most = 0;
    for (long count : counts) {
      most = Math.max(most, count);
    }
    if (most == 0) {
      return rows;
    }
    Tensor all = gather(padded(rows, most));
    List<Tensor> parts = new ArrayList<>();
    for (int rank = 0; rank < counts.length; rank++) {
      if (counts[rank] > 0) {
        parts.add(Rows.slice(all, rank * most, counts[rank]));
      }
    }
    return Rows.join(parts);
  }

  private static Tensor padded(Tensor rows, long count) {
    long width = rows.shape()[1];
    var bytes = Tensor.allocate(count * width * rows.type().bytes());
    bytes.put(rows.data()).rewind();
    return Tensor.of(rows.type(), bytes, count, width);
  }

  private Tensor gather(Tensor rows) {
    long[] shape = rows.shape();
    NativeCall call =
        calls.computeIfAbsent(
            List.of(rows.type(), shape[0], shape[1]), kind -> write(rows.type(), shape));
    List<NativeTensor> results = List.of();
    try (NativeTensor given = NativeTensor.copyOf(rows)) {
      results = call.run(List.of(given));
      return results.get(0).copy();
    } finally {
      results.forEach(NativeTensor::close);
    }
  }

  private NativeCall write(DataType type, long[] shape) {
    Output given = out.graph().op("Placeholder").attr("dtype", type).shape("shape", shape).build();
    return session.prepareTogether(
        List.of(given), List.of(collectives.gather(given, 2)), List.of());
  }
}

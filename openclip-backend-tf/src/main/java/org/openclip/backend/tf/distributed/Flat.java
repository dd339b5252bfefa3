package org.openclip.backend.tf.distributed;

import java.util.ArrayList;
import java.util.List;
import org.openclip.backend.tf.lowering.Emitter;
import org.openclip.backend.tf.runtime.Output;

/**
 * Tensors one after the other in one list of numbers, as they are sent together.
 *
 * @param joined the list
 * @param shapes the tensors' shapes
 */
public record Flat(Output joined, List<Output> shapes) {
  /** Joins tensors of one type. */
  public static Flat of(Emitter out, List<Output> tensors) {
    List<Output> lines = new ArrayList<>();
    List<Output> shapes = new ArrayList<>();
    for (Output tensor : tensors) {
      lines.add(out.op("Reshape", tensor, out.integers(-1)));
      shapes.add(out.op("Shape", tensor));
    }
    return new Flat(out.concat(lines, 0), shapes);
  }

  /** Takes a list of numbers apart into tensors of known shapes. */
  public static List<Output> apart(Emitter out, Output list, List<long[]> shapes) {
    return new Flat(list, shapes.stream().map(shape -> out.integers(shape)).toList())
        .split(out, list);
  }

  /** Takes a list of as many numbers apart again. */
  public List<Output> split(Emitter out, Output list) {
    if (shapes.size() == 1) {
      return List.of(out.op("Reshape", list, shapes.get(0)));
    }
    List<Output> sizes = shapes.stream().map(shape -> out.reduce("Prod", shape, false, 0)).toList();
    Output parts =
        out.begin("SplitV", list, out.pack(sizes), out.integer(0))
            .attr("num_split", (long) shapes.size())
            .build();
    List<Output> tensors = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      tensors.add(out.op("Reshape", new Output(parts.operation(), i), shapes.get(i)));
    }
    return tensors;
  }
}

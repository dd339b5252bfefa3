package org.openclip.backend.tf.training;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.openclip.api.tensor.Tensor;

/**
 * A run of a tower over the rows of a batch, some at a time on a thread each: where an operation
 * has one thread, a single run would keep one core busy.
 */
final class TowerRun {
  private TowerRun() {}

  /**
   * Runs a tower, none of whose rows depends on another one.
   *
   * @param once runs it over some rows
   * @param inputs each with the same number of rows
   * @param runs how many at a time
   */
  static Map<String, Tensor> inParts(
      Function<Map<String, Tensor>, Map<String, Tensor>> once,
      Map<String, Tensor> inputs,
      int runs) {
    long rows = rows(inputs);
    int parts = (int) Math.min(runs, rows);
    if (parts < 2) {
      return once.apply(inputs);
    }
    List<CompletableFuture<Map<String, Tensor>>> others = new ArrayList<>();
    for (int i = 1; i < parts; i++) {
      Map<String, Tensor> part = part(inputs, rows * i / parts, rows * (i + 1) / parts);
      others.add(
          CompletableFuture.supplyAsync(
              () -> once.apply(part), task -> Thread.ofPlatform().daemon().start(task)));
    }
    List<Map<String, Tensor>> results = new ArrayList<>();
    RuntimeException failure = null;
    try {
      results.add(once.apply(part(inputs, 0, rows / parts)));
    } catch (RuntimeException e) {
      failure = e;
    }
    for (CompletableFuture<Map<String, Tensor>> other : others) {
      try {
        results.add(other.join());
      } catch (CompletionException e) {
        failure = e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return joined(results);
  }

  /** Returns how many rows all inputs have; 0 where they differ. */
  private static long rows(Map<String, Tensor> inputs) {
    List<Long> rows =
        inputs.values().stream()
            .map(t -> t.shape().length == 0 ? 0 : t.shape()[0])
            .distinct()
            .toList();
    return rows.size() == 1 ? rows.get(0) : 0;
  }

  private static Map<String, Tensor> part(Map<String, Tensor> inputs, long from, long to) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    inputs.forEach(
        (name, tensor) -> {
          long[] shape = tensor.shape();
          long row = tensor.bytes() / shape[0];
          shape[0] = to - from;
          ByteBuffer bytes =
              tensor
                  .data()
                  .slice(Math.toIntExact(from * row), Math.toIntExact((to - from) * row))
                  .order(tensor.data().order());
          part.put(name, Tensor.of(tensor.type(), bytes, shape));
        });
    return part;
  }

  private static Map<String, Tensor> joined(List<Map<String, Tensor>> results) {
    Map<String, Tensor> joined = new LinkedHashMap<>();
    for (String name : results.get(0).keySet()) {
      List<Tensor> parts =
          results.stream().map(r -> Objects.requireNonNull(r.get(name), name)).toList();
      ByteBuffer bytes = Tensor.allocate(parts.stream().mapToLong(Tensor::bytes).sum());
      parts.forEach(part -> bytes.put(part.data()));
      long[] shape = parts.get(0).shape();
      shape[0] = parts.stream().mapToLong(part -> part.shape()[0]).sum();
      joined.put(name, Tensor.of(parts.get(0).type(), bytes.flip(), shape));
    }
    return joined;
  }
}

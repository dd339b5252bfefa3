package org.openclip.hub.cli.benchmark;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.openclip.api.backend.Precision;
import org.openclip.api.encoder.ModelSize;
import org.openclip.api.model.ClipModel;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.ModelBuilder;

/** A model through the interface that programs call. */
final class LoadedSide implements Side {
  /** Captions of usual length: seven to eleven words. */
  private static final List<String> CAPTIONS =
      List.of(
          "a man riding a wave on a surfboard",
          "two dogs playing in the snow near a fence",
          "a plate of food with rice and broccoli",
          "a red bus drives down a city street",
          "a cat sleeping on a couch with a blanket",
          "a group of people flying kites on a beach",
          "a small kitchen with a stove and a window",
          "a baseball player swings his bat at the ball");

  private final ClipModel model;
  private final ModelSize size;
  private final String name;
  private final int threads;
  private final List<Path> files;
  private final double peak;
  private final long memory;

  /**
   * Loads a model.
   *
   * @param backend the name of what runs it
   * @param files image files; empty for none
   * @param peak the rate of a large matrix product, in GFLOP/s; 0 when unknown
   */
  LoadedSide(
      ModelBuilder builder,
      String backend,
      Precision precision,
      int threads,
      List<Path> files,
      double peak) {
    long before = ResidentMemory.now();
    this.name = backend + " " + precision;
    this.threads = threads;
    this.files = files;
    this.peak = peak;
    this.model = builder.precision(precision).threads(threads).load();
    this.size = model.architecture().size();
    long grown = 0;
    try {
      run(Work.IMAGE, 1);
      run(Work.TEXT, 1);
      grown = Math.max(0, ResidentMemory.now() - before);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    this.memory = grown;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public Set<Work> works(int batch) {
    return files.isEmpty() ? EnumSet.of(Work.IMAGE, Work.TEXT) : EnumSet.allOf(Work.class);
  }

  @Override
  public Object run(Work work, int batch) {
    return switch (work) {
      case IMAGE -> model.encodePixels(pixels(batch));
      case TEXT -> model.encodeTexts(some(CAPTIONS, batch));
      case FILES -> model.encodeImages(some(files, batch));
    };
  }

  private Tensor pixels(int batch) {
    int count = Math.multiplyExact(batch * 3, size.height() * size.width());
    return pixels(batch, size.height(), size.width(), count);
  }

  /** Returns images of a pattern: the time does not depend on what they show. */
  static Tensor pixels(int batch, int height, int width, int count) {
    ByteBuffer bytes = Tensor.allocate(4L * count);
    FloatBuffer values = bytes.duplicate().order(bytes.order()).asFloatBuffer();
    for (int i = 0; i < count; i++) {
      values.put(i, (i * 31 % 255) / 64f - 2);
    }
    return Tensor.of(DataType.FLOAT32, bytes, batch, 3, height, width);
  }

  private static <T> List<T> some(List<T> all, int count) {
    List<T> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      some.add(all.get(i % all.size()));
    }
    return some;
  }

  @Override
  public double gflops(Work work, int batch) {
    return work == Work.IMAGE ? size.imageFlops() / 1e9 * batch : 0;
  }

  @Override
  public double peak() {
    return peak;
  }

  @Override
  public long memory() {
    return memory;
  }

  @Override
  public void close() {
    model.close();
  }
}

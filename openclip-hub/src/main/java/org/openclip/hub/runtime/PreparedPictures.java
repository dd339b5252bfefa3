package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.openclip.api.ClosedException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Program;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.PreparedPicture;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.picture.PictureFiles;

/**
 * The way of pictures that are prepared one by one, by any thread, and run together. All of them
 * share the cores that one call may keep busy: a picture that is prepared takes one, a run as many
 * as it has threads.
 */
final class PreparedPictures {
  private final PictureInput input;
  private final Program program;
  private final int width;
  private final int batchSize;
  private final int cores;
  private final Semaphore free;
  private final PixelBuffers singles;
  private final PixelBuffers batches;

  PreparedPictures(PictureInput input, Program program, int width, int batchSize, int cores) {
    this.input = input;
    this.program = program;
    this.width = width;
    this.batchSize = batchSize;
    this.cores = cores;
    this.free = new Semaphore(cores, true);
    long batch = (long) input.bytes() * batchSize;
    this.singles = new PixelBuffers(4 * batch);
    this.batches = new PixelBuffers(2 * batch);
  }

  /** A picture's numbers, in memory that goes back when it is closed. */
  private static final class Prepared implements PreparedPicture {
    private final String name;
    private final PreparedPictures owner;
    private @Nullable ByteBuffer numbers;

    Prepared(String name, PreparedPictures owner, ByteBuffer numbers) {
      this.name = name;
      this.owner = owner;
      this.numbers = numbers;
    }

    @Override
    public String name() {
      return name;
    }

    synchronized void copyTo(ByteBuffer place) {
      if (numbers == null) {
        throw new ClosedException("the prepared picture " + name);
      }
      place.put(numbers.duplicate());
    }

    @Override
    public synchronized void close() {
      ByteBuffer mine = numbers;
      numbers = null;
      if (mine != null) {
        owner.singles.giveBack(mine);
      }
    }
  }

  PreparedPicture prepare(
      PictureFiles decoder, ImagePreprocessor preprocessor, PictureSource source) {
    acquire(1, "a picture was prepared");
    try {
      Image image = decoder.read(source);
      ByteBuffer place = singles.take(input.bytes());
      input.fill(image, preprocessor, place);
      return new Prepared(source.name(), this, place);
    } finally {
      free.release();
    }
  }

  Embeddings encode(List<PreparedPicture> pictures) {
    float[] values = new float[Math.multiplyExact(pictures.size(), width)];
    for (int from = 0; from < pictures.size(); from += batchSize) {
      InterruptedCallException.check("prepared pictures were encoded");
      int count = Math.min(batchSize, pictures.size() - from);
      ByteBuffer batch = batches.take(count * input.bytes());
      for (int i = 0; i < count; i++) {
        ByteBuffer place = batch.slice(i * input.bytes(), input.bytes());
        of(pictures.get(from + i)).copyTo(place.order(ByteOrder.nativeOrder()));
      }
      FeatureRows.read(run(batch, count), count, width).get(values, from * width, count * width);
      batches.giveBack(batch);
    }
    return Embeddings.of(width, values);
  }

  private Prepared of(PreparedPicture picture) {
    if (picture instanceof Prepared prepared && prepared.owner == this) {
      return prepared;
    }
    throw new InvalidInputException(
        picture.name() + " was prepared by another model; embed it with that one");
  }

  private Map<String, Tensor> run(ByteBuffer pixels, int count) {
    int busy = Math.min(cores, program.threads());
    acquire(busy, "prepared pictures were encoded");
    try {
      return program.run(input.of(pixels, count));
    } finally {
      free.release(busy);
    }
  }

  private void acquire(int permits, String during) {
    try {
      free.acquire(permits);
    } catch (InterruptedException e) {
      throw InterruptedCallException.of(during, e);
    }
  }
}

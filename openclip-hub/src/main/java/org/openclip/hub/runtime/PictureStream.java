package org.openclip.hub.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingSummary;
import org.openclip.api.model.PictureSink;
import org.openclip.api.tensor.Tensor;

/**
 * A stream of pictures on its way through a tower: remembers which are under way, so that each row
 * comes with its picture. For one thread.
 */
final class PictureStream implements Iterator<PictureSource>, ImageTower.Sink {
  private final Iterator<PictureSource> sources;
  private final PictureSink sink;
  private final int width;
  private final ArrayDeque<PictureSink.Item> underWay = new ArrayDeque<>();
  private final ArrayDeque<Long> left = new ArrayDeque<>();
  private long taken;
  private long over;
  private long embedded;
  private long failed;
  private boolean cancelled;

  /**
   * Creates the way of a stream.
   *
   * @param width that of the embedding
   */
  PictureStream(Iterator<PictureSource> sources, PictureSink sink, int width) {
    this.sources = sources;
    this.sink = sink;
    this.width = width;
  }

  @Override
  public boolean hasNext() {
    return sources.hasNext();
  }

  @Override
  public PictureSource next() {
    PictureSource source = sources.next();
    underWay.add(new PictureSink.Item(taken++, source));
    return source;
  }

  boolean goesOn() {
    cancelled = sink.cancelled();
    return !cancelled;
  }

  void failed(long index, OpenClipException why) {
    PictureSink.Item item =
        underWay.stream()
            .filter(i -> i.index() == index)
            .findFirst()
            .orElseThrow(NoSuchElementException::new);
    sink.failed(new PictureSink.Failure(index, item.source(), why));
    left.add(index);
    failed++;
  }

  @Override
  public void take(long first, int count, Map<String, Tensor> outputs) {
    float[] values = new float[Math.multiplyExact(count, width)];
    FeatureRows.read(outputs, count, width).get(values);
    List<PictureSink.Item> items = new ArrayList<>(count);
    while (items.size() < count) {
      PictureSink.Item item = underWay.remove();
      if (!isLeftOut(item)) {
        items.add(item);
      }
    }
    sink.take(new PictureSink.Batch(items, Embeddings.of(width, values)));
    embedded += count;
  }

  private boolean isLeftOut(PictureSink.Item item) {
    boolean out = !left.isEmpty() && left.getFirst() == item.index();
    if (out) {
      left.removeFirst();
    }
    return out;
  }

  void done(int count) {
    over += count;
    while (!underWay.isEmpty() && underWay.getFirst().index() < over) {
      isLeftOut(underWay.remove());
    }
    sink.done(over);
  }

  EncodingSummary summary() {
    return new EncodingSummary(embedded, failed, cancelled);
  }
}

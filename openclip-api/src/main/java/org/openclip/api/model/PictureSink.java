package org.openclip.api.model;

import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.PictureSource;

/**
 * Takes the vectors of a stream of pictures, batch by batch, in the thread that asked for them. For
 * each batch come first those that cannot be read, then the rows of all others, then the count.
 * What it throws ends the work.
 */
public interface PictureSink {
  /** Takes the rows of a batch. A batch of which no picture can be read has none to take. */
  void take(Batch batch);

  /**
   * Judges a picture that cannot be read, decoded or preprocessed: throwing ends the work, as the
   * default does, and returning leaves the picture out. Only such a picture is lost; no other is
   * read again.
   *
   * @throws OpenClipException to end the work
   */
  default void failed(Failure failure) {
    throw failure.reason();
  }

  /**
   * Takes note that a batch is over.
   *
   * @param pictures how many are over by now, those that were left out included
   */
  default void done(long pictures) {}

  /**
   * Returns whether the work shall end after this batch; it is asked before the first and after
   * each.
   */
  default boolean cancelled() {
    return false;
  }

  /**
   * A picture's place in the stream.
   *
   * @param index from 0, those that were left out counted
   * @param source where it came from
   */
  record Item(long index, PictureSource source) {}

  /**
   * The rows of a batch.
   *
   * @param items one for each row, in the order of the stream
   * @param rows {@code float32[items, embedDim]}, as {@link ClipModel#encodePictures} gives them
   */
  record Batch(List<Item> items, Embeddings rows) {
    /** Checks that each item has a row. */
    public Batch {
      items = List.copyOf(items);
      if (items.size() != rows.size()) {
        throw new InvalidInputException(
            items.size() + " pictures cannot have " + rows.size() + " rows");
      }
    }
  }

  /**
   * A picture that was left out.
   *
   * @param index from 0
   * @param source where it came from
   * @param reason what is wrong with it; it names the source
   */
  record Failure(long index, PictureSource source, OpenClipException reason) {}
}

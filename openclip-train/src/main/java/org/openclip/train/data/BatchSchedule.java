package org.openclip.train.data;

/**
 * The shapes of the batches of a training. All processes that train together have the same
 * schedule. Thread-safe.
 */
public interface BatchSchedule {
  /**
   * Returns the shape of a batch.
   *
   * @param epoch from 0
   * @param number of the batch in the epoch, from 0
   */
  BatchShape at(int epoch, long number);

  /** Returns the size of the largest batch. */
  int largest();

  /** Returns what a user can do when the data have fewer samples than a batch. */
  default String remedy() {
    return "Use a smaller --batch-size";
  }

  /** Returns the schedule of batches that all have the same size. */
  static BatchSchedule of(int size) {
    BatchShape shape = new BatchShape(size, 0);
    return new BatchSchedule() {
      @Override
      public BatchShape at(int epoch, long number) {
        return shape;
      }

      @Override
      public int largest() {
        return size;
      }
    };
  }
}

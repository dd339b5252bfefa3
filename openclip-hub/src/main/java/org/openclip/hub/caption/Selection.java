package org.openclip.hub.caption;

/**
 * Hoare's selection (Hoare 1961, Algorithm 65: Find): the least of many numbers come to the front,
 * in time that grows with the count of the numbers, without sorting them.
 */
final class Selection {
  private Selection() {}

  /**
   * Moves the least numbers to the front, in any order.
   *
   * @param numbers all different
   * @param count how many, at most as many as there are
   */
  static void least(long[] numbers, int count) {
    int from = 0;
    int to = numbers.length - 1;
    while (from < to) {
      long pivot = median(numbers[from], numbers[(from + to) >>> 1], numbers[to]);
      int i = from;
      int j = to;
      while (i <= j) {
        while (numbers[i] < pivot) {
          i++;
        }
        while (numbers[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long number = numbers[i];
          numbers[i++] = numbers[j];
          numbers[j--] = number;
        }
      }
      if (count - 1 <= j) {
        to = j;
      } else if (count - 1 >= i) {
        from = i;
      } else {
        return;
      }
    }
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}

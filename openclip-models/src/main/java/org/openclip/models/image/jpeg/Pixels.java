package org.openclip.models.image.jpeg;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The rows of a usual picture, grey or with colours of full or half the width and height, written
 * as soon as the samples of their neighbours are here.
 */
final class Pixels implements PixelRows {
  private static final VarHandle FOUR =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final Frame frame;
  private final boolean luminance;
  private final InverseDct dct = new InverseDct();
  private final Upsampling upsampling;
  private final int[][] colours;
  private final byte[] pixels;
  private int next;

  Pixels(Frame frame, boolean luminance) {
    this.frame = frame;
    this.luminance = luminance;
    // As wide as the rows of samples are, whose last group of blocks may be almost empty.
    int samples = 8 * frame.unitsAcross() + 8 * InverseDct.BLOCKS;
    upsampling = new Upsampling(frame.components(), frame.across(), frame.down(), samples);
    colours = new int[frame.across()][samples];
    pixels = new byte[frame.width() * frame.height() * frame.components().length];
  }

  /** Transforms a row of units, and writes all rows of pixels that can be told by now. */
  @Override
  public void finish(int unitRow) {
    for (Component component : frame.components()) {
      component.transform(dct, unitRow);
    }
    boolean last = unitRow == frame.unitsDown() - 1;
    int ready = (unitRow + 1) * 8 * frame.down() - (frame.down() - 1);
    for (int end = last ? frame.height() : ready; next < end; next++) {
      if (frame.components().length == 1) {
        int[] row = frame.components()[0].row(next)[0];
        for (int x = 0; x < frame.width(); x++) {
          pixels[next * frame.width() + x] = (byte) row[x];
        }
      } else {
        write(upsampling.row(0, next), upsampling.row(1, next), upsampling.row(2, next));
      }
    }
  }

  private void write(int[][] first, int[][] second, int[][] third) {
    int phases = frame.across();
    int count = (frame.width() + phases - 1) / phases;
    for (int phase = 0; phase < phases; phase++) {
      if (luminance) {
        upsampling.colours(first[phase], second[phase], third[phase], count, colours[phase]);
      } else {
        for (int i = 0; i < count; i++) {
          colours[phase][i] = first[phase][i] | second[phase][i] << 8 | third[phase][i] << 16;
        }
      }
    }
    int at = next * frame.width() * 3;
    // Four bytes at once: the fourth is overwritten by the next pixel. The last ones go singly.
    int whole = frame.width() - 2;
    if (phases == 1) {
      int[] only = colours[0];
      for (int x = 0; x < whole; x++) {
        FOUR.set(pixels, at + 3 * x, only[x]);
      }
    } else {
      int[] even = colours[0];
      int[] odd = colours[1];
      for (int x = 0; x < whole; x += 2) {
        FOUR.set(pixels, at + 3 * x, even[x >> 1]);
        FOUR.set(pixels, at + 3 * x + 3, odd[x >> 1]);
      }
    }
    for (int x = Math.max(0, whole); x < frame.width(); x++) {
      int colour = colours[x % phases][x / phases];
      pixels[at + 3 * x] = (byte) colour;
      pixels[at + 3 * x + 1] = (byte) (colour >> 8);
      pixels[at + 3 * x + 2] = (byte) (colour >> 16);
    }
  }

  @Override
  public byte[] pixels() {
    return pixels;
  }
}

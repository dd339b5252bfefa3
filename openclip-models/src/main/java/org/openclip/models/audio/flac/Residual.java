package org.openclip.models.audio.flac;

/**
 * What a prediction misses: numbers in Rice codes, in partitions with a parameter each.
 *
 * @param size the number of samples
 * @param order the number of samples that are not predicted
 */
record Residual(BitReader source, int size, int order) {
  /** Writes the numbers into the places of the samples. */
  void read(long[] samples) {
    int method = (int) source.read(2);
    if (method > 1) {
      throw source.damaged("has residuals of the unknown kind " + method);
    }
    int parameterBits = method == 0 ? 4 : 5;
    int escape = (1 << parameterBits) - 1;
    int partitions = 1 << source.read(4);
    int length = size / partitions;
    if (length * partitions != size || length < order) {
      throw source.damaged("has %s partitions of %s samples".formatted(partitions, size));
    }
    for (int partition = 0; partition < partitions; partition++) {
      int from = partition == 0 ? order : partition * length;
      int to = (partition + 1) * length;
      int parameter = (int) source.read(parameterBits);
      if (parameter == escape) {
        int bits = (int) source.read(5);
        for (int i = from; i < to; i++) {
          samples[i] = source.readSigned(bits);
        }
      } else {
        for (int i = from; i < to; i++) {
          samples[i] = rice(parameter);
        }
      }
    }
  }

  /** Reads a number: even codes are positive and odd ones negative. */
  private long rice(int parameter) {
    long high = source.readUnary();
    long code = high << parameter | source.read(parameter);
    return code >>> 1 ^ -(code & 1);
  }
}

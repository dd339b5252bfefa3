package org.openclip.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.NeuralOp;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.NeuralOp.Pads;
import org.openclip.api.graph.NeuralOp.Pooling;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Tensor;

/**
 * Layers of random sizes, each a function of its number. Native libraries choose among dozens of
 * kernels by the sizes of a layer, so that only many sizes reach them all.
 */
final class KernelCases {
  private static final int CHANNELS = 70;
  private static final long MOST_ELEMENTS = 1 << 19;
  private static final long MOST_PRODUCTS = 1 << 27;
  private static final int[] KERNELS = {1, 1, 1, 2, 3, 3, 5, 7, 16, 32};
  private static final int[] STRIDES = {1, 1, 2, 2, 3, 4};
  private static final int[] SIZES = {1, 2, 3, 4, 7, 8, 14, 16, 24, 28, 32, 56, 64, 112, 128, 256};

  private final Random random;

  private KernelCases(long number) {
    this.random = new Random(number);
  }

  /** Returns a layer with its weights and inputs; its name says all sizes. */
  static GraphCase of(long number) {
    KernelCases drawn = new KernelCases(number);
    // The first numbers of neighbouring seeds are much alike.
    drawn.random.nextInt();
    return switch (drawn.random.nextInt(16)) {
      case 0, 1, 2, 3 -> drawn.convolution(Grouping.NONE);
      case 4, 5 -> drawn.convolution(Grouping.SOME);
      case 6, 7, 8 -> drawn.convolution(Grouping.DEPTHWISE);
      case 9 -> drawn.pointwise();
      case 10, 11 -> drawn.pool();
      case 12 -> drawn.norm();
      case 13 -> drawn.batchNorm();
      case 14 -> drawn.attention();
      default -> drawn.product();
    };
  }

  private enum Grouping {
    NONE,
    SOME,
    DEPTHWISE
  }

  private int one(int... values) {
    return values[random.nextInt(values.length)];
  }

  private int upTo(int bound) {
    return 1 + random.nextInt(bound);
  }

  private int size(int least) {
    int size = random.nextBoolean() ? one(SIZES) : upTo(80);
    return Math.max(size, least);
  }

  /** The batch of a picture that keeps the case small. */
  private int batch(long elements, long products) {
    long most = Math.min(MOST_ELEMENTS / elements, MOST_PRODUCTS / products);
    return upTo((int) Math.max(1, Math.min(8, most)));
  }

  private GraphCase pointwise() {
    int stride = one(1, 2, 2, 2, 3, 4);
    int size = one(SIZES);
    return convolution(
        upTo(CHANNELS), upTo(CHANNELS), 1, new int[] {1, 1}, stride, stride, size, size);
  }

  private GraphCase convolution(Grouping grouping) {
    int kernel = one(KERNELS);
    int[] kernels = {kernel, random.nextInt(4) == 0 ? one(KERNELS) : kernel};
    int stride = one(STRIDES);
    int across = random.nextInt(6) == 0 ? one(STRIDES) : stride;
    if (kernel >= 16 && random.nextBoolean()) {
      stride = kernel;
      across = kernels[1];
    }
    int height = size(kernels[0]);
    int width = random.nextInt(3) == 0 ? size(kernels[1]) : Math.max(height, kernels[1]);
    return switch (grouping) {
      case NONE ->
          convolution(upTo(CHANNELS), upTo(CHANNELS), 1, kernels, stride, across, height, width);
      case SOME -> {
        int groups = upTo(8);
        int in = groups * upTo(CHANNELS / groups);
        yield convolution(
            in, groups * upTo(CHANNELS / groups), groups, kernels, stride, across, height, width);
      }
      case DEPTHWISE -> {
        int in = upTo(CHANNELS);
        yield convolution(in, in * upTo(4), in, kernels, stride, across, height, width);
      }
    };
  }

  private GraphCase convolution(
      int in, int out, int groups, int[] kernels, int stride, int across, int height, int width) {
    while ((long) in * height * width > MOST_ELEMENTS) {
      height = Math.max(kernels[0], height / 2);
      width = Math.max(kernels[1], width / 2);
      in = in > groups && groups == 1 ? Math.max(1, in / 2) : in;
    }
    long windows = ((height / stride) + 1L) * ((width / across) + 1L);
    long products = windows * out * (in / groups) * kernels[0] * kernels[1];
    int batch = batch((long) in * height * width, Math.max(1, products));
    Pads pads = pads(kernels);
    boolean bias = random.nextBoolean();
    int after = random.nextInt(4);
    int inputs = in;
    int rows = height;
    int columns = width;
    return GraphCase.of(
        String.format(
            Locale.ROOT,
            "convolution %d->%d groups %d kernel %dx%d stride %dx%d %s of %dx%dx%d%s then %d",
            in,
            out,
            groups,
            kernels[0],
            kernels[1],
            stride,
            across,
            pads,
            batch,
            height,
            width,
            bias ? " with bias" : "",
            after),
        c -> {
          Value x = c.graph.times(c.batch(batch, inputs, rows, columns), c.weight());
          Value y =
              c.graph.add(
                  new NeuralOp.Convolution(
                      x,
                      c.weight(out, inputs / groups, kernels[0], kernels[1]),
                      bias ? c.weight(out) : null,
                      stride,
                      across,
                      pads,
                      groups));
          return switch (after) {
            case 0 -> c.graph.unary(y, UnaryFunction.RELU);
            case 1 -> c.graph.gelu(y, GeluForm.ERF);
            default -> y;
          };
        });
  }

  private Pads pads(int[] kernels) {
    return switch (random.nextInt(3)) {
      case 0 -> Pads.NONE;
      case 1 -> new Pads(kernels[0] / 2, kernels[1] / 2, kernels[0] / 2, kernels[1] / 2);
      default ->
          new Pads(
              random.nextInt(kernels[0] / 2 + 1),
              random.nextInt(kernels[1] / 2 + 1),
              random.nextInt(kernels[0] / 2 + 1),
              random.nextInt(kernels[1] / 2 + 1));
    };
  }

  private GraphCase pool() {
    int[] kernels = {one(1, 2, 3, 5, 7), one(1, 2, 3, 5, 7)};
    int channels = upTo(CHANNELS);
    int height = Math.min(128, size(kernels[0]));
    int width = Math.min(128, size(kernels[1]));
    int stride = one(STRIDES);
    int across = one(STRIDES);
    long elements = (long) channels * height * width;
    int batch = batch(elements, elements * kernels[0] * kernels[1]);
    Pads pads = pads(kernels);
    Pooling pooling = one(0, 1) == 0 ? Pooling.MEAN : Pooling.MAX;
    return GraphCase.of(
        String.format(
            Locale.ROOT,
            "pool %s of %dx%dx%dx%d kernel %dx%d stride %dx%d %s",
            pooling,
            batch,
            channels,
            height,
            width,
            kernels[0],
            kernels[1],
            stride,
            across,
            pads),
        c ->
            c.graph.add(
                new NeuralOp.Pool(
                    c.graph.times(c.batch(batch, channels, height, width), c.weight()),
                    pooling,
                    kernels[0],
                    kernels[1],
                    stride,
                    across,
                    pads)));
  }

  private GraphCase norm() {
    int width = upTo(300);
    int length = upTo(60);
    int batch = upTo(6);
    int kind = random.nextInt(4);
    return GraphCase.of(
        String.format(Locale.ROOT, "norm %d of %dx%dx%d", kind, batch, length, width),
        c -> {
          Value x = c.graph.times(c.batch(batch, length, width), c.weight());
          return switch (kind) {
            case 0 -> c.graph.layerNorm(x, c.weight(width), c.weight(width), 1e-5);
            case 1 -> c.graph.rmsNorm(x, c.weight(width), 1e-5);
            case 2 -> c.graph.l2Normalize(x);
            default -> c.graph.logSoftmax(c.graph.softmax(x, 2), 1);
          };
        });
  }

  private GraphCase batchNorm() {
    int channels = upTo(CHANNELS);
    int height = Math.min(64, size(1));
    int width = Math.min(64, size(1));
    int batch = 1 + batch((long) channels * height * width, 1);
    float[] variance = new float[channels];
    Arrays.fill(variance, 1);
    return GraphCase.of(
        String.format(Locale.ROOT, "batch norm of %dx%dx%dx%d", batch, channels, height, width),
        c -> {
          Value x = c.batch(batch, channels, height, width);
          // A convolution in front leaves the picture in the type of kernels.
          Value y =
              c.graph.convolution(x, c.weight(channels, channels, 1, 1), null, 1, Pads.NONE, 1);
          Value z =
              c.graph.add(
                  new NeuralOp.BatchNorm(
                      y,
                      c.weight(channels),
                      c.weight(channels),
                      c.buffer(Tensor.of(new float[channels], channels)),
                      c.buffer(Tensor.of(variance, channels)),
                      1e-3,
                      0.1));
          return c.graph.unary(z, UnaryFunction.RELU);
        });
  }

  private GraphCase attention() {
    int heads = upTo(6);
    int width = heads * upTo(40);
    int queries = upTo(90);
    int some = upTo(90);
    int batch = upTo(4);
    boolean causal = random.nextBoolean();
    // Causal attention needs at least as many keys as queries.
    int keys = causal ? queries + some - 1 : some;
    return GraphCase.of(
        String.format(
            Locale.ROOT,
            "attention of %dx%dx%d and %d keys in %d heads%s",
            batch,
            queries,
            width,
            keys,
            heads,
            causal ? ", causal" : ""),
        c ->
            c.graph.attention(
                c.graph.times(c.batch(batch, queries, width), c.weight()),
                c.graph.times(c.batch(batch, keys, width), c.weight()),
                c.graph.times(c.batch(batch, keys, width), c.weight()),
                null,
                causal,
                heads,
                0.3));
  }

  private GraphCase product() {
    int batch = upTo(6);
    int rows = upTo(100);
    int in = upTo(300);
    int out = upTo(300);
    int kind = random.nextInt(5);
    GeluForm gelu = List.of(GeluForm.values()).get(random.nextInt(3));
    return GraphCase.of(
        String.format(
            Locale.ROOT, "product %d of %dx%dx%d to %d then %s", kind, batch, rows, in, out, gelu),
        c -> {
          Value x = c.graph.times(c.batch(batch, rows, in), c.weight());
          return switch (kind) {
            case 0 -> c.graph.gelu(c.graph.linear(x, c.weight(out, in), c.weight(out)), gelu);
            case 1 -> c.graph.linear(x, c.weight(out, in), null);
            case 2 -> c.graph.matMul(x, c.weight(in, out));
            case 3 ->
                c.graph.matMulTransposed(x, c.graph.times(c.batch(batch, out, in), c.weight()));
            default -> c.graph.linear(c.batch(batch, in), c.weight(out, in), c.weight(out));
          };
        });
  }
}

package org.openclip.hub.cli.benchmark;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.FileProgram;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/**
 * A program from elsewhere, such as a tower that PyTorch exported. It is fed images, {@code
 * float32[n, 3, h, w]}, and tokens, {@code int64[n, length]}, whichever its inputs are.
 */
final class PeerSide implements Side {
  private static final int START = 49406;
  private static final int END = 49407;
  private static final int WORDS = 8;
  private static final int SIDE = 224;
  private static final int LENGTH = 77;

  private final Backend backend;
  private final FileProgram program;
  private final String name;
  private final int threads;

  /**
   * Opens a file; the backend is closed with this.
   *
   * @throws InvalidInputException when its inputs are neither images nor tokens
   */
  PeerSide(Backend backend, Path file, int threads) {
    this.backend = backend;
    this.threads = threads;
    this.name = "peer " + file.getFileName();
    try {
      this.program = backend.open(file);
      for (LeafOp.Input input : program.inputs()) {
        if (!isImage(input) && !isText(input)) {
          throw new InvalidInputException(
              "the input '%s' of %s is %s%s; the input of a --peer model must be float32[n, 3, h, w] images or int64[n, length] tokens"
                  .formatted(input.name(), file, input.type(), input.shape()));
        }
      }
    } catch (RuntimeException e) {
      backend.close();
      throw e;
    }
  }

  private static boolean isImage(LeafOp.Input input) {
    return input.type() == DataType.FLOAT32 && input.shape().rank() == 4;
  }

  private static boolean isText(LeafOp.Input input) {
    return input.type() == DataType.INT64 && input.shape().rank() == 2;
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
    Set<Work> works = EnumSet.noneOf(Work.class);
    List<LeafOp.Input> inputs = program.inputs();
    boolean fits = inputs.stream().allMatch(input -> fits(input.shape().dim(0), batch));
    if (fits && inputs.size() == 1) {
      works.add(isImage(inputs.getFirst()) ? Work.IMAGE : Work.TEXT);
    }
    return works;
  }

  private static boolean fits(Dim dim, int batch) {
    return !dim.fixed() || dim.size() == batch;
  }

  @Override
  public Object run(Work work, int batch) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (LeafOp.Input input : program.inputs()) {
      inputs.put(input.name(), isImage(input) ? image(input, batch) : text(input, batch));
    }
    return Objects.requireNonNull(program.run(inputs));
  }

  private static Tensor image(LeafOp.Input input, int batch) {
    int height = size(input.shape().dim(2), SIDE);
    int width = size(input.shape().dim(3), SIDE);
    return LoadedSide.pixels(batch, height, width, Math.multiplyExact(batch * 3, height * width));
  }

  private static Tensor text(LeafOp.Input input, int batch) {
    int length = size(input.shape().dim(1), LENGTH);
    long[] tokens = new long[batch * length];
    for (int row = 0; row < batch; row++) {
      for (int i = 0; i < Math.min(length, WORDS + 2); i++) {
        tokens[row * length + i] = i == 0 ? START : i == WORDS + 1 ? END : 320 + 31L * row + i;
      }
    }
    return Tensor.of(tokens, batch, length);
  }

  private static int size(Dim dim, int usual) {
    return dim.fixed() ? Math.toIntExact(dim.size()) : usual;
  }

  @Override
  public double gflops(Work work, int batch) {
    return 0;
  }

  @Override
  public double peak() {
    return 0;
  }

  @Override
  public long memory() {
    return 0;
  }

  @Override
  public void close() {
    backend.close();
  }
}

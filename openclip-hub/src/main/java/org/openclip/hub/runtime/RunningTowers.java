package org.openclip.hub.runtime;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.Program;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.Incremental;
import org.openclip.api.graph.Merging;
import org.openclip.api.graph.Narrowing;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.caption.StepPrograms;

/** Both towers of a model on a backend, and everything native that is theirs. */
public final class RunningTowers implements AutoCloseable {
  private final Resources resources;
  private final PictureInput input;
  private final Function<Graph, Program> compiler;
  private final ImageTower image;
  private final PreparedPictures prepared;
  private final @Nullable TextTower text;
  private final int batchSize;
  private final Lazy<Program> decoder;
  private final Lazy<Optional<StepPrograms>> steps;
  private final String description;
  private final float logitScale;
  private final float logitBias;

  /**
   * Compiles both towers at the same time.
   *
   * @param weights strictly those of the architecture
   * @param backend where they run
   * @param cores how many one call may keep busy
   * @param resources what they need and close in the end, backend and checkpoint among it; the
   *     programs are added. When the construction fails, the caller closes them
   */
  public RunningTowers(
      Architecture architecture,
      Weights weights,
      Backend backend,
      int batchSize,
      int cores,
      Resources resources) {
    this.resources = resources;
    PictureInput pictures = pictures(architecture);
    input = pictures;
    compiler = graph -> compile(backend, graph, weights, resources);
    Graph imageGraph = architecture.patchGraph().orElseGet(architecture::imageGraph);
    Aside<Optional<TextTower>> texts =
        Aside.start(
            "openclip-text", () -> texts(architecture, weights, backend, batchSize, resources));
    Program imageProgram;
    try {
      imageProgram = compile(backend, imageGraph, weights, resources);
    } finally {
      texts.settle();
    }
    text = texts.join().orElse(null);
    ThreadPoolExecutor preparers = preparers();
    resources.closeLater(preparers::shutdownNow);
    int width = architecture.config().embedDim();
    image = new ImageTower(pictures, imageProgram, width, batchSize, cores, preparers);
    prepared = new PreparedPictures(pictures, imageProgram, width, batchSize, cores);
    this.batchSize = batchSize;
    // Most users of a model that can write captions only want its features.
    decoder =
        new Lazy<>(
            () -> compile(backend, architecture.captionGraph().orElseThrow(), weights, resources));
    steps = new Lazy<>(() -> steps(architecture, backend, weights, resources));
    description = backend.description();
    Set<String> names = weights.names();
    logitScale =
        names.contains("logit_scale")
            ? (float) Math.exp(weights.get("logit_scale").toFloats()[0])
            : Float.NaN;
    logitBias = names.contains("logit_bias") ? weights.get("logit_bias").toFloats()[0] : 0;
  }

  /** Compiles the text tower; empty when the model is an image tower alone. */
  private static Optional<TextTower> texts(
      Architecture architecture,
      Weights weights,
      Backend backend,
      int batchSize,
      Resources resources) {
    return architecture.config().imageOnly()
        ? Optional.empty()
        : Optional.of(
            new TextTower(
                architecture.textEncoder(),
                compile(backend, architecture.textGraph(), weights, resources),
                architecture.config().embedDim(),
                batchSize));
  }

  private static Optional<StepPrograms> steps(
      Architecture architecture, Backend backend, Weights weights, Resources resources) {
    return Incremental.of(architecture.captionGraph().orElseThrow(), Architecture.TOKENS)
        .map(
            parts ->
                new StepPrograms(
                    parts.once().outputs().isEmpty()
                        ? null
                        : compile(backend, parts.once(), weights, resources),
                    compile(backend, parts.step(), weights, resources),
                    parts.caches()));
  }

  private static PictureInput pictures(Architecture architecture) {
    ImageEncoder encoder = architecture.imageEncoder();
    return encoder instanceof PatchImageEncoder patches
        ? new PatchLists(patches)
        : new WholePictures(encoder.height(), encoder.width());
  }

  private static Program compile(
      Backend backend, Graph graph, Weights weights, Resources resources) {
    InterruptedCallException.check("graph " + graph.name() + " was opened");
    Merging.Merged merged = Merging.of(Narrowing.of(graph), weights);
    Program program = backend.compile(merged.graph(), merged.weights());
    resources.closeLater(program::close);
    return program;
  }

  /**
   * Threads that decode and preprocess; they start when there is work and end when there is none.
   * How many have something to do is up to each call.
   */
  private static ThreadPoolExecutor preparers() {
    ThreadFactory factory = Thread.ofPlatform().daemon().name("openclip-pictures-", 0).factory();
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  ImageTower image() {
    return image;
  }

  /** Returns the way of pictures that are prepared one by one and run together. */
  PreparedPictures prepared() {
    return prepared;
  }

  /**
   * Returns the text tower.
   *
   * @throws InvalidInputException when the model is an image tower alone
   */
  TextTower text() {
    if (text == null) {
      throw new InvalidInputException(
          "the model is an image tower alone, without a text tower; it encodes images only");
    }
    return text;
  }

  /** Returns the program of a graph over the model's weights, closed with the towers. */
  Program compile(Graph graph) {
    return compiler.apply(graph);
  }

  /** Returns how pictures enter the programs of the image tower. */
  PictureInput input() {
    return input;
  }

  /** Returns the program of a model that writes captions; it is compiled when first asked for. */
  Program decoder() {
    return decoder.get();
  }

  /**
   * Returns the programs that write captions token by token; empty when the model's decoder must
   * see all tokens again for each. They are compiled when first asked for.
   */
  Optional<StepPrograms> steps() {
    return steps.get();
  }

  int batchSize() {
    return batchSize;
  }

  String description() {
    return description;
  }

  float logitScale() {
    return logitScale;
  }

  float logitBias() {
    return logitBias;
  }

  @Override
  public void close() {
    resources.close();
  }
}

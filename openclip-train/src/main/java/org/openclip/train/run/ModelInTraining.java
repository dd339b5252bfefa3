package org.openclip.train.run;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingSummary;
import org.openclip.api.model.PatchInputs;
import org.openclip.api.model.PictureSink;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;
import org.openclip.api.training.Trainer;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.plan.ShortTexts;
import org.openclip.train.plan.TrainingGraphs;

/**
 * A model with its current weights between two training steps. Nothing is copied: it runs over the
 * trainer's own parameters, and changes none. Its features have unit length. The trainer owns what
 * it holds, and it is as safe for threads as the trainer is.
 */
public final class ModelInTraining implements ClipModel, MeasuredModel {
  private static final String SCALE = "scale";
  private static final String BIAS = "bias";

  private final String name;
  private final Architecture architecture;
  private final TrainingGraphs graphs;
  private final Trainer trainer;
  private final Tokenizer tokenizer;
  private final ImagePreprocessor preprocessor;
  private final ImageInput input;
  private final PictureFiles pictures;
  private final int batchSize;
  private final SeenPairs pairs;
  private final Graph logits;

  /**
   * Looks at a trainer.
   *
   * @param name the model's
   * @param graphs whose parameters the trainer holds
   * @param input how images become inputs of the image tower, without chance
   * @param plugins with the losses that a validation tells and the decoders of pictures
   * @param batchSize how many pictures or texts run at once
   */
  public ModelInTraining(
      String name,
      Architecture architecture,
      TrainingGraphs graphs,
      Trainer trainer,
      Tokenizer tokenizer,
      ImagePreprocessor preprocessor,
      ImageInput input,
      PluginRegistry plugins,
      int batchSize) {
    this.name = name;
    this.architecture = architecture;
    this.graphs = graphs;
    this.trainer = trainer;
    this.tokenizer = tokenizer;
    this.preprocessor = preprocessor;
    this.input = input;
    this.pictures = new PictureFiles(plugins);
    this.batchSize = batchSize;
    this.pairs =
        new SeenPairs(graphs, trainer, graphs.validation(architecture, plugins), "clip_val_loss");
    this.logits = logits(architecture);
  }

  private static Graph logits(Architecture architecture) {
    GraphBuilder graph = new GraphBuilder("logits");
    Shape shape = architecture.config().vectorLogitScale() ? Shape.of(1L) : Shape.SCALAR;
    double start = architecture.config().initLogitScale();
    Value scale =
        graph.parameter(LossProvider.LOGIT_SCALE, new Initializer.Constant(start), shape.sizes());
    graph.output(SCALE, graph.unary(scale, UnaryFunction.EXP));
    Double bias = architecture.config().initLogitBias();
    if (bias != null) {
      graph.output(
          BIAS,
          graph.parameter(LossProvider.LOGIT_BIAS, new Initializer.Constant(bias), shape.sizes()));
    }
    return graph.build();
  }

  @Override
  public Seen see(Map<String, Tensor> images, Tensor tokens) {
    return pairs.see(images, tokens, ShortTexts.cut(architecture, tokens));
  }

  @Override
  public Embeddings embed(Map<String, Tensor> images) {
    return pairs.embed(images);
  }

  @Override
  public int embedDim() {
    return ClipModel.super.embedDim();
  }

  @Override
  public List<String> told() {
    return pairs.told();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Architecture architecture() {
    return architecture;
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public ImagePreprocessor preprocessor() {
    return preprocessor;
  }

  @Override
  public String backend() {
    return "the one that trains";
  }

  @Override
  public float logitScale() {
    return (float) SeenPairs.first(trainer.run(logits, Map.of()), SCALE);
  }

  @Override
  public float logitBias() {
    return logits.outputs().containsKey(BIAS)
        ? (float) SeenPairs.first(trainer.run(logits, Map.of()), BIAS)
        : 0;
  }

  @Override
  public Embeddings encodeImages(List<Path> files) {
    return pixels(files.size(), i -> pictures.read(files.get(i)));
  }

  @Override
  public EncodingSummary encodeImages(Stream<PictureSource> sources, PictureSink sink) {
    long index = 0;
    long embedded = 0;
    try (sources) {
      Iterator<PictureSource> each = sources.iterator();
      while (!sink.cancelled()) {
        List<PictureSink.Item> items = new ArrayList<>();
        List<Image> images = new ArrayList<>();
        long before = index;
        for (; index < before + batchSize && each.hasNext(); index++) {
          PictureSource source = each.next();
          try {
            images.add(pictures.read(source));
            items.add(new PictureSink.Item(index, source));
          } catch (InvalidInputException | InvalidFileException e) {
            sink.failed(new PictureSink.Failure(index, source, e));
          }
        }
        if (index == before) {
          return new EncodingSummary(embedded, index - embedded, false);
        }
        if (!images.isEmpty()) {
          sink.take(new PictureSink.Batch(items, encodePictures(images)));
        }
        embedded += images.size();
        sink.done(index);
      }
    }
    return new EncodingSummary(embedded, index - embedded, true);
  }

  @Override
  public Embeddings encodePictures(List<Image> images) {
    return pixels(images.size(), images::get);
  }

  private Embeddings pixels(int count, IntFunction<Image> image) {
    SplittableRandom unused = new SplittableRandom(0);
    List<Embeddings> parts = new ArrayList<>();
    for (int from = 0; from < count; from += batchSize) {
      List<ByteBuffer> numbers = new ArrayList<>();
      for (int i = from; i < Math.min(count, from + batchSize); i++) {
        ByteBuffer place = Tensor.allocate(4L * input.numbers());
        input.fill(image.apply(i), unused, place.asFloatBuffer());
        numbers.add(place);
      }
      parts.add(embed(input.inputs(numbers)));
    }
    return Embeddings.concat(parts);
  }

  @Override
  public Embeddings encodeTexts(List<String> texts) {
    List<Embeddings> parts = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += batchSize) {
      int to = Math.min(texts.size(), from + batchSize);
      parts.add(encodeTokens(tokenizer.tokenize(texts.subList(from, to))));
    }
    return Embeddings.concat(parts);
  }

  @Override
  public Embeddings encodePixels(Tensor pixels) {
    boolean patches =
        graphs.image().inputs().stream().anyMatch(i -> i.name().equals(Architecture.PATCHES));
    return embed(
        patches && architecture.imageEncoder() instanceof PatchImageEncoder encoder
            ? PatchInputs.ofPixels(pixels, encoder.patchSize())
            : Map.of(Architecture.PIXELS, pixels));
  }

  @Override
  public Embeddings encodeTokens(Tokens tokens) {
    if (tokens.size() == 0) {
      throw new OpenClipException("there are no texts to embed");
    }
    Tensor ids = Tensor.of(tokens.toArray(), tokens.size(), tokens.length());
    return pairs.embedTexts(ShortTexts.cut(architecture, ids));
  }

  /** Does nothing: the trainer owns what there is. */
  @Override
  public void close() {}
}

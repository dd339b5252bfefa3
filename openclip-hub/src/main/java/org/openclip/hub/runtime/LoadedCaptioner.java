package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Program;
import org.openclip.api.encoder.MultimodalDecoder;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.SpecialIds;
import org.openclip.api.model.Captioner;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;
import org.openclip.hub.caption.CaptionSearch;
import org.openclip.hub.caption.Continuation;
import org.openclip.hub.caption.RunningDecoder;
import org.openclip.hub.caption.StepPrograms;
import org.openclip.hub.caption.SteppingDecoder;
import org.openclip.hub.picture.PictureFiles;

/** Captions by a model that runs on a backend. */
public final class LoadedCaptioner implements Captioner {
  private final Architecture architecture;
  private final MultimodalDecoder decoder;
  private final Lazy<Tokenizer> tokenizer;
  private final Lazy<ImagePreprocessor> preprocessor;
  private final Lazy<PictureFiles> pictures;
  private final RunningTowers towers;
  private final OpenGate gate;

  LoadedCaptioner(
      Architecture architecture,
      MultimodalDecoder decoder,
      Lazy<Tokenizer> tokenizer,
      Lazy<ImagePreprocessor> preprocessor,
      Lazy<PictureFiles> pictures,
      RunningTowers towers,
      OpenGate gate) {
    this.architecture = architecture;
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.preprocessor = preprocessor;
    this.pictures = pictures;
    this.towers = towers;
    this.gate = gate;
  }

  @Override
  public List<String> captionImages(List<Path> files, CaptionOptions options) {
    return captionImages(files, options, EncodingListener.NONE);
  }

  @Override
  public List<String> captionImages(
      List<Path> files, CaptionOptions options, EncodingListener listener) {
    return gate.pass(
        () -> {
          Captions captions = new Captions(options);
          towers.image().forFiles(pictures.get(), preprocessor.get(), files, listener, captions);
          return captions.texts();
        });
  }

  @Override
  public List<String> captionPictures(List<Image> images, CaptionOptions options) {
    return gate.pass(
        () -> {
          Captions captions = new Captions(options);
          towers.image().forPictures(preprocessor.get(), images, captions);
          return captions.texts();
        });
  }

  @Override
  public Tokens generate(Tensor pixels, CaptionOptions options) {
    return gate.pass(
        () -> {
          Captions captions = new Captions(options);
          towers.image().forPixels(pixels, captions);
          return captions.tokens();
        });
  }

  @Override
  public Tensor logits(Tensor pixels, Tokens tokens) {
    int context = architecture.textEncoder().contextLength();
    if (tokens.length() > context) {
      throw new InvalidInputException(
          "the captions have %s tokens, but the model's context length is %s"
              .formatted(tokens.length(), context));
    }
    return gate.pass(
        () -> {
          if (pixels.shape().length == 0 || pixels.shape()[0] != tokens.size()) {
            throw new InvalidInputException(
                "each picture needs one caption, but pixels are %s and captions %s"
                    .formatted(pixels, tokens));
          }
          towers.text().checkIds(tokens);
          Logits logits = new Logits(tokens);
          towers.image().forPixels(pixels, logits);
          return logits.all();
        });
  }

  private static Map<String, Tensor> imageTokens(Map<String, Tensor> outputs) {
    return Map.of(
        Architecture.IMAGE_TOKENS, Objects.requireNonNull(outputs.get(Architecture.IMAGE_TOKENS)));
  }

  /** Logits in the making. */
  private final class Logits implements ImageTower.Sink {
    private final Tokens tokens;
    private final ByteBuffer values;
    private final Program program = towers.decoder();

    Logits(Tokens tokens) {
      this.tokens = tokens;
      this.values =
          Tensor.allocate(4L * tokens.size() * tokens.length() * decoder.vocabularySize());
    }

    @Override
    public void take(long first, int count, Map<String, Tensor> outputs) {
      RunningDecoder running = new RunningDecoder(program, imageTokens(outputs), count);
      int from = Math.toIntExact(first);
      List<long[]> rows = IntStream.range(from, from + count).mapToObj(tokens::row).toList();
      Tensor logits = running.run(rows, IntStream.range(0, count).toArray());
      logits.chunks().forEach(values::put);
    }

    Tensor all() {
      return Tensor.of(
          DataType.FLOAT32,
          values.flip(),
          tokens.size(),
          tokens.length(),
          decoder.vocabularySize());
    }
  }

  /** Captions in the making. */
  private final class Captions implements ImageTower.Sink {
    private final CaptionOptions options;
    private final SpecialIds ids;
    private final CaptionSearch search;
    private final Optional<StepPrograms> steps = towers.steps();
    private final List<long[]> captions = new ArrayList<>();

    Captions(CaptionOptions options) {
      this.options = options;
      SpecialIds own = options.ids();
      this.ids = own == null ? specialIds() : own;
      check();
      this.search = CaptionSearch.of(options, ids);
    }

    private void check() {
      int context = architecture.textEncoder().contextLength();
      if (options.maxLength() > context) {
        throw new InvalidInputException(
            "the maximum caption length is %s tokens, but the model's context length is %s"
                .formatted(options.maxLength(), context));
      }
      int most = Math.min(decoder.vocabularySize(), architecture.textEncoder().vocabularySize());
      for (long id : new long[] {ids.start(), ids.end(), ids.pad()}) {
        if (id < 0 || id >= most) {
          throw new InvalidInputException(
              "%s contains the token ID %s, but the model's token IDs are from 0 to %s"
                  .formatted(ids, id, most - 1));
        }
      }
    }

    @Override
    public void take(long first, int count, Map<String, Tensor> outputs) {
      Map<String, Tensor> tokens = imageTokens(outputs);
      Continuation running =
          steps.isPresent()
              ? new SteppingDecoder(steps.get(), tokens, towers.batchSize())
              : new RunningDecoder(towers.decoder(), tokens, towers.batchSize());
      captions.addAll(Arrays.asList(search.search(running, count, first)));
    }

    Tokens tokens() {
      int length =
          options.padded()
              ? options.maxLength()
              : captions.stream().mapToInt(c -> c.length).max().orElse(options.maxLength());
      long[] all = new long[captions.size() * length];
      Arrays.fill(all, ids.pad());
      for (int i = 0; i < captions.size(); i++) {
        System.arraycopy(captions.get(i), 0, all, i * length, captions.get(i).length);
      }
      return Tokens.of(length, all);
    }

    List<String> texts() {
      return captions.stream().map(this::text).toList();
    }

    private String text(long[] caption) {
      int[] inner =
          Arrays.stream(caption)
              .skip(1)
              .takeWhile(id -> id != ids.end() && id != ids.pad())
              .mapToInt(Math::toIntExact)
              .toArray();
      return tokenizer.get().decode(inner).strip();
    }
  }

  /** Returns the ids that the tokenizer puts around an empty text. */
  private SpecialIds specialIds() {
    Tokenizer t = tokenizer.get();
    return new SpecialIds(t.tokenize(List.of("")).id(0, 0), t.endId(), t.padId());
  }
}

package org.openclip.hub.generative;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.Audio;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Program;
import org.openclip.api.image.Image;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.SpecialIds;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;
import org.openclip.hub.runtime.FeatureRows;
import org.openclip.hub.runtime.Lazy;
import org.openclip.hub.runtime.Resources;

/**
 * A generative model of images or sounds and texts (GenLIP, GenLAP), loaded on a backend.
 * Thread-safe; closing twice has no effect.
 */
public final class GenerativeModel implements AutoCloseable {
  private final GenerativeArchitecture architecture;
  private final String name;
  private final Map<String, String> metadata;
  private final PrefixInputs inputs;
  private final Lazy<Tokenizer> tokenizer;
  private final PrefixFiles files;
  private final Lazy<Program> features;
  private final Lazy<TextWriter> writer;
  private final Lazy<TextScorer> scorer;
  private final Resources resources;

  private GenerativeModel(
      GenerativeParts parts, GenerativeParts.State state, Backend backend, Resources resources) {
    this.architecture = parts.architecture();
    this.name = parts.name();
    this.metadata = state.metadata();
    this.inputs =
        new PrefixInputs(
            parts.name(), architecture.encoder().prefix(), new Lazy<>(parts::preprocessor));
    this.tokenizer = new Lazy<>(parts::tokenizer);
    this.files = PrefixFiles.of(inputs, parts.plugins());
    Programs programs = new Programs(backend, state.weights(), resources);
    this.features = new Lazy<>(() -> programs.of(architecture.featureGraph()));
    this.writer = new Lazy<>(() -> TextWriter.of(architecture, programs));
    this.scorer = new Lazy<>(() -> new TextScorer(programs.of(architecture.scoreGraph())));
    this.resources = resources;
  }

  /**
   * Returns a builder for a model, with default settings for backend, device and precision.
   *
   * @param model a name, such as {@code naflexgenlip_b16}, a repository of the Hugging Face hub, as
   *     {@code hf-hub:org/repository}, or a model folder, as {@code local-dir:FOLDER}
   */
  public static GenerativeBuilder builder(String model) {
    return new GenerativeBuilder(model);
  }

  /** Loads a model; if this fails, everything that was opened is closed. */
  static GenerativeModel load(
      GenerativeParts parts, BackendProvider backend, BackendOptions options) {
    Resources resources = new Resources();
    boolean loaded = false;
    try {
      GenerativeParts.State state = parts.state(resources);
      Backend running = backend.open(options);
      resources.closeLater(running::close);
      GenerativeModel model = new GenerativeModel(parts, state, running, resources);
      loaded = true;
      return model;
    } finally {
      if (!loaded) {
        resources.close();
      }
    }
  }

  /** Returns the name by which the model was asked for. */
  public String name() {
    return name;
  }

  /** Returns the free text that the file of the weights carries, by key. */
  public Map<String, String> weightsMetadata() {
    return metadata;
  }

  /** Returns the model without its weights. */
  public GenerativeArchitecture architecture() {
    return architecture;
  }

  /** Encodes images, as vectors that are not normalised. */
  public Embeddings encodeImages(List<Image> images) {
    return encode(images, inputs::of);
  }

  /** Encodes sounds, as vectors that are not normalised. */
  public Embeddings encodeSounds(List<Audio> sounds) {
    return encode(sounds, inputs::of);
  }

  private <T> Embeddings encode(
      List<T> sources, BiFunction<T, Boolean, Map<String, Tensor>> prepare) {
    int width = architecture.encoder().embedDim();
    float[] values = new float[Math.multiplyExact(sources.size(), width)];
    for (int i = 0; i < sources.size(); i++) {
      Map<String, Tensor> outputs = features.get().run(prepare.apply(sources.get(i), false));
      FeatureRows.read(outputs, 1, width).get(values, i * width, width);
    }
    return Embeddings.of(width, values);
  }

  /** Reads image files and writes a caption for each one, without start, end and padding. */
  public List<String> captionImages(List<Path> paths, CaptionOptions options) {
    return captionPictures(paths.stream().map(files.images().get()::read).toList(), options);
  }

  /**
   * Reads image or sound files, whichever the model reads, and writes a caption for each one.
   *
   * @param listener decides whether an unreadable file is skipped, and is told of every file
   * @return one caption for each file that was not skipped, in order
   */
  public List<String> captionFiles(
      List<Path> paths, CaptionOptions options, EncodingListener listener) {
    SpecialIds ids = ids(options);
    AtomicLong number = new AtomicLong();
    return texts(
        files.each(
            paths,
            listener,
            prefix -> writer.get().write(prefix, options, ids, number.getAndIncrement())));
  }

  /** Writes a caption for each image, without start, end and padding. */
  public List<String> captionPictures(List<Image> images, CaptionOptions options) {
    return texts(generate(images, inputs::of, options));
  }

  /** Writes a caption for each sound, without start, end and padding. */
  public List<String> captionSounds(List<Audio> sounds, CaptionOptions options) {
    return texts(generate(sounds, inputs::of, options));
  }

  /**
   * Writes captions of images, as token ids.
   *
   * @return for each image the ids from the start to the end, which is missing where the caption
   *     was cut
   */
  public List<long[]> generateFromImages(List<Image> images, CaptionOptions options) {
    return generate(images, inputs::of, options);
  }

  /** Writes captions of sounds, as token ids, like {@link #generateFromImages}. */
  public List<long[]> generateFromSounds(List<Audio> sounds, CaptionOptions options) {
    return generate(sounds, inputs::of, options);
  }

  private <T> List<long[]> generate(
      List<T> sources,
      BiFunction<T, Boolean, Map<String, Tensor>> prepare,
      CaptionOptions options) {
    SpecialIds ids = ids(options);
    List<long[]> captions = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      captions.add(writer.get().write(prepare.apply(sources.get(i), true), options, ids, i));
    }
    return captions;
  }

  /** Returns the ids of the options, or else those that the tokenizer puts around an empty text. */
  private SpecialIds ids(CaptionOptions options) {
    SpecialIds own = options.ids();
    if (own != null) {
      return own;
    }
    Tokenizer t = tokenizer.get();
    return new SpecialIds(t.tokenize(List.of("")).id(0, 0), t.endId(), t.padId());
  }

  private List<String> texts(List<long[]> captions) {
    Tokenizer t = tokenizer.get();
    return captions.stream().map(ids -> TextWriter.text(ids, t)).toList();
  }

  /** Says how likely each text is about an image. */
  public List<TextScore> scores(Image image, List<String> texts) {
    return scores(image, tokenizer.get().tokenize(texts), tokenizer.get().padId());
  }

  /** Says how likely each text is about a sound. */
  public List<TextScore> scores(Audio sound, List<String> texts) {
    return scores(sound, tokenizer.get().tokenize(texts), tokenizer.get().padId());
  }

  /**
   * Reads image or sound files, whichever the model reads, and says how likely each text is about
   * each file.
   *
   * @param listener decides whether an unreadable file is skipped, and is told of every file
   * @return a list with a score for each text, for each file that was not skipped, in order
   */
  public List<List<TextScore>> scoreFiles(
      List<Path> paths, List<String> texts, EncodingListener listener) {
    Tokens tokens = tokenizer.get().tokenize(texts);
    return files.each(paths, listener, prefix -> scores(prefix, tokens, tokenizer.get().padId()));
  }

  /**
   * Says how likely each row of tokens is about an image.
   *
   * @param padId the id of padding, which is not counted
   */
  public List<TextScore> scores(Image image, Tokens tokens, long padId) {
    return scores(inputs.of(image, true), tokens, padId);
  }

  /** Says how likely each row of tokens is about a sound. */
  public List<TextScore> scores(Audio sound, Tokens tokens, long padId) {
    return scores(inputs.of(sound, true), tokens, padId);
  }

  private List<TextScore> scores(Map<String, Tensor> prefix, Tokens tokens, long padId) {
    int context = architecture.encoder().contextLength();
    if (tokens.length() > context) {
      throw new InvalidInputException(
          "the texts have %s tokens, but the model's context length is %s"
              .formatted(tokens.length(), context));
    }
    List<TextScore> scores = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      scores.add(scorer.get().score(prefix, tokens.row(i), padId));
    }
    return scores;
  }

  @Override
  public void close() {
    resources.close();
  }
}

package org.openclip.hub.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.Captioner;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.DenseEncoder;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.model.EncodingSummary;
import org.openclip.api.model.PictureSink;
import org.openclip.api.model.PreparedPicture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;
import org.openclip.hub.picture.PictureFiles;

/** A model whose towers run on a backend. */
public final class LoadedClipModel implements ClipModel {
  private final String name;
  private final Architecture architecture;
  private final Lazy<Tokenizer> tokenizer;
  private final Lazy<ImagePreprocessor> preprocessor;
  private final Lazy<PictureFiles> pictures;
  private final RunningTowers towers;
  private final Map<String, String> metadata;
  private final Lazy<String> fingerprint;
  private final OpenGate gate;
  private final @Nullable Captioner captioner;
  private final Lazy<DenseEncoder> dense;

  /**
   * Creates a model that owns its towers.
   *
   * @param tokenizer made when first asked for: a model can be used for pictures, or with tokens
   *     from elsewhere, where no plugin knows its tokenizer
   * @param metadata what the file of its weights says of them
   * @param fingerprint computed when first asked for
   */
  public LoadedClipModel(
      String name,
      Architecture architecture,
      Lazy<Tokenizer> tokenizer,
      Lazy<ImagePreprocessor> preprocessor,
      Lazy<PictureFiles> pictures,
      RunningTowers towers,
      Map<String, String> metadata,
      Lazy<String> fingerprint) {
    this.name = name;
    this.architecture = architecture;
    this.tokenizer = tokenizer;
    this.preprocessor = preprocessor;
    this.pictures = pictures;
    this.towers = towers;
    this.metadata = Map.copyOf(metadata);
    this.fingerprint = fingerprint;
    this.gate = new OpenGate("model " + name);
    this.captioner =
        architecture
            .decoder()
            .map(
                decoder ->
                    new LoadedCaptioner(
                        architecture, decoder, tokenizer, preprocessor, pictures, towers, gate))
            .orElse(null);
    this.dense =
        new Lazy<>(() -> new LoadedDense(architecture, preprocessor, pictures, towers, gate));
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
    return tokenizer.get();
  }

  @Override
  public ImagePreprocessor preprocessor() {
    return preprocessor.get();
  }

  @Override
  public String backend() {
    return towers.description();
  }

  @Override
  public Map<String, String> weightsMetadata() {
    return metadata;
  }

  @Override
  public String fingerprint() {
    return gate.pass(fingerprint::get);
  }

  @Override
  public float logitScale() {
    // Refuses where there are no texts to compare with.
    towers.text();
    return towers.logitScale();
  }

  @Override
  public float logitBias() {
    return towers.logitBias();
  }

  @Override
  public Embeddings encodeImages(List<Path> files) {
    return encodeImages(files, EncodingListener.NONE);
  }

  @Override
  public Embeddings encodeImages(List<Path> files, EncodingListener listener) {
    return gate.pass(
        () -> towers.image().encodeFiles(pictures.get(), preprocessor.get(), files, listener));
  }

  @Override
  public EncodingSummary encodeImages(Stream<PictureSource> sources, PictureSink sink) {
    try (sources) {
      return gate.pass(
          () -> {
            PictureStream stream = new PictureStream(sources.iterator(), sink, embedDim());
            towers.image().forStream(pictures.get(), preprocessor.get(), stream);
            return stream.summary();
          });
    }
  }

  @Override
  public Embeddings encodePictures(List<Image> images) {
    return gate.pass(() -> towers.image().encodePictures(preprocessor.get(), images));
  }

  @Override
  public PreparedPicture prepare(PictureSource picture) {
    return gate.pass(() -> towers.prepared().prepare(pictures.get(), preprocessor.get(), picture));
  }

  @Override
  public Embeddings encodePrepared(List<PreparedPicture> prepared) {
    return gate.pass(() -> towers.prepared().encode(prepared));
  }

  @Override
  public Embeddings encodeTexts(List<String> texts) {
    return encodeTexts(texts, EncodingListener.NONE);
  }

  @Override
  public Embeddings encodeTexts(List<String> texts, EncodingListener listener) {
    return gate.pass(() -> towers.text().encode(tokenizer.get().tokenize(texts), listener));
  }

  @Override
  public Embeddings encodePixels(Tensor pixels) {
    return gate.pass(() -> towers.image().encodePixels(pixels));
  }

  @Override
  public Embeddings encodeTokens(Tokens tokens) {
    return gate.pass(() -> towers.text().encode(tokens, EncodingListener.NONE));
  }

  @Override
  public Optional<Captioner> captioner() {
    return Optional.ofNullable(captioner);
  }

  @Override
  public DenseEncoder dense() {
    return dense.get();
  }

  @Override
  public void close() {
    if (gate.close()) {
      towers.close();
      pictures.ifMade(PictureFiles::release);
    }
  }

  /** Returns the name and what runs it, such as {@code ViT-B-32 on ONNX Runtime …}. */
  @Override
  public String toString() {
    return name + " on " + towers.description();
  }
}

package org.openclip.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingSummary;
import org.openclip.api.model.PictureSink;
import org.openclip.api.model.PreparedPicture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;

/** A model that hands every call on, for tests that watch some of them. */
class ForwardingModel implements ClipModel {
  private final ClipModel model;

  ForwardingModel(ClipModel model) {
    this.model = model;
  }

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public Architecture architecture() {
    return model.architecture();
  }

  @Override
  public Tokenizer tokenizer() {
    return model.tokenizer();
  }

  @Override
  public ImagePreprocessor preprocessor() {
    return model.preprocessor();
  }

  @Override
  public String backend() {
    return model.backend();
  }

  @Override
  public float logitScale() {
    return model.logitScale();
  }

  @Override
  public float logitBias() {
    return model.logitBias();
  }

  @Override
  public Embeddings encodeImages(List<Path> files) {
    return model.encodeImages(files);
  }

  @Override
  public EncodingSummary encodeImages(Stream<PictureSource> sources, PictureSink sink) {
    return model.encodeImages(sources, sink);
  }

  @Override
  public Embeddings encodePictures(List<Image> pictures) {
    return model.encodePictures(pictures);
  }

  @Override
  public PreparedPicture prepare(PictureSource picture) {
    return model.prepare(picture);
  }

  @Override
  public Embeddings encodePrepared(List<PreparedPicture> pictures) {
    return model.encodePrepared(pictures);
  }

  @Override
  public Embeddings encodeTexts(List<String> texts) {
    return model.encodeTexts(texts);
  }

  @Override
  public Embeddings encodePixels(Tensor pixels) {
    return model.encodePixels(pixels);
  }

  @Override
  public Embeddings encodeTokens(Tokens tokens) {
    return model.encodeTokens(tokens);
  }

  @Override
  public void close() {
    model.close();
  }
}

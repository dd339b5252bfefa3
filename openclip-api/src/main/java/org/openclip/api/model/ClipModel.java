package org.openclip.api.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.Tokens;

/**
 * A loaded CLIP model: an image tower and a text tower that map images and texts to embeddings in
 * one space, with the tokenizer and the image preprocessing of its weights.
 *
 * <p>The embeddings equal those of the reference's {@code encode_image} and {@code encode_text}.
 * They are not normalised, unless the architecture does it (CoCa). {@link Embeddings#normalised}
 * returns unit vectors; {@link Embeddings#cosine} does not need them.
 *
 * <p>A model is thread-safe. It owns native memory: close it after its last use. Closing waits for
 * running calls. Closing twice has no effect.
 *
 * <p>A call throws an {@link InterruptedCallException} when its thread is interrupted: before the
 * call begins, or between two batches.
 */
public interface ClipModel extends AutoCloseable {
  /** Returns the name that the model was loaded with. */
  String name();

  /** Returns the architecture: configuration, graphs, and the names of all parameters. */
  Architecture architecture();

  /** Returns the tokenizer of the model. */
  Tokenizer tokenizer();

  /** Returns the image preprocessing of the model. */
  ImagePreprocessor preprocessor();

  /** Returns one line of text for users about the backend that runs the model. */
  String backend();

  /** Returns the metadata of the weights file, by key; empty when the file has none. */
  default Map<String, String> weightsMetadata() {
    return Map.of();
  }

  /** Returns the width of the embeddings. */
  default int embedDim() {
    return architecture().config().embedDim();
  }

  /**
   * Returns the logit scale: the factor of the cosine similarity, which is the exponential of the
   * learnt parameter.
   */
  float logitScale();

  /** Returns the logit bias; 0 for models without a bias. */
  float logitBias();

  /**
   * Returns whether probabilities are computed for each pair of image and text independently, as in
   * SigLIP.
   */
  default boolean sigmoid() {
    return architecture().config().initLogitBias() != null;
  }

  /**
   * Reads image files and computes their embeddings.
   *
   * @return one row for each file, in order
   * @throws InvalidInputException when a file is missing or not an image; the message names it
   */
  Embeddings encodeImages(List<Path> files);

  /**
   * Reads image files, computes their embeddings, and reports progress.
   *
   * @param listener decides whether an unreadable image is skipped
   * @return one row for each file that was not skipped, in order
   * @throws InvalidInputException when a file is missing or not an image, and the listener throws
   *     it
   */
  default Embeddings encodeImages(List<Path> files, EncodingListener listener) {
    List<Embeddings> rows = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      try {
        rows.add(encodeImages(files.subList(i, i + 1)));
      } catch (InvalidInputException | InvalidFileException e) {
        listener.unreadable(i, files.get(i), e);
      }
      listener.done(1);
    }
    return rows.isEmpty() ? Embeddings.of(embedDim(), new float[0]) : Embeddings.concat(rows);
  }

  /** Computes the embeddings of decoded images; one row for each, in order. */
  Embeddings encodePictures(List<Image> pictures);

  /** Tokenizes texts and computes their embeddings; one row for each, in order. */
  Embeddings encodeTexts(List<String> texts);

  /**
   * Tokenizes texts, computes their embeddings, and reports progress.
   *
   * @return one row for each text, in order
   */
  default Embeddings encodeTexts(List<String> texts, EncodingListener listener) {
    Embeddings rows = encodeTexts(texts);
    listener.done(texts.size());
    return rows;
  }

  /**
   * Computes the embeddings of preprocessed images.
   *
   * @param pixels {@code float32[n, 3, height, width]}, NCHW, normalised, of the tower's height and
   *     width; NaFlex towers take any size of whole patches
   */
  Embeddings encodePixels(Tensor pixels);

  /**
   * Computes the embeddings of tokenized texts.
   *
   * @param tokens rows of the model's context length
   */
  Embeddings encodeTokens(Tokens tokens);

  /** Returns the captioner; empty for models that write no captions. */
  default Optional<Captioner> captioner() {
    return Optional.empty();
  }

  /**
   * Returns {@code logitScale · cosine + logitBias} of every image (row) with every text (column).
   */
  default float[][] logits(Embeddings images, Embeddings texts) {
    return images.logits(texts, logitScale(), logitBias());
  }

  /**
   * Returns the probability of each text (column) for each image (row): a softmax over the texts,
   * or for models with a logit bias the sigmoid of every pair.
   */
  default float[][] probabilities(Embeddings images, Embeddings texts) {
    float[][] logits = logits(images, texts);
    return sigmoid() ? Probabilities.sigmoid(logits) : Probabilities.softmax(logits);
  }

  @Override
  void close();
}

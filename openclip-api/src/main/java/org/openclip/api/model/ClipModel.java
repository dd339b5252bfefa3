package org.openclip.api.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.image.PictureSource;
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

  /**
   * Reads, decodes, preprocesses and embeds a stream of pictures, as many as there are: no more
   * than two batches are in memory. While one batch runs the next is read, so a batch is taken from
   * the stream before the rows of the one before it are handed over.
   *
   * @param sources taken from in this thread; closed in the end
   * @param sink takes the rows batch by batch, in the order of the sources, and decides what
   *     becomes of pictures that cannot be read
   * @return how many were embedded and how many not
   */
  EncodingSummary encodeImages(Stream<PictureSource> sources, PictureSink sink);

  /** Computes the embeddings of decoded images; one row for each, in order. */
  Embeddings encodePictures(List<Image> pictures);

  /**
   * Reads, decodes and preprocesses a picture in this thread. Threads that prepare and those that
   * {@linkplain #encodePrepared embed} what is prepared share the cores that one call may keep
   * busy, and wait for each other.
   *
   * @return to be closed when its row is there
   * @throws InvalidInputException when it is missing or no picture; it is named
   */
  default PreparedPicture prepare(PictureSource picture) {
    return new UnpreparedPicture(picture);
  }

  /**
   * Embeds pictures that this model has {@linkplain #prepare prepared}; one row for each, in order.
   * They are left as they are.
   *
   * @throws InvalidInputException when one was prepared by another model
   */
  default Embeddings encodePrepared(List<PreparedPicture> pictures) {
    List<Embeddings> rows = new ArrayList<>();
    encodeImages(pictures.stream().map(UnpreparedPicture::source), batch -> rows.add(batch.rows()));
    return rows.isEmpty() ? Embeddings.of(embedDim(), new float[0]) : Embeddings.concat(rows);
  }

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

  /** Returns the vector of one text, scaled to length 1: {@code float[embedDim]}. */
  default float[] embed(String text) {
    return encodeTexts(List.of(text)).normalised().row(0);
  }

  /**
   * Returns the vector of one picture file, scaled to length 1: {@code float[embedDim]}.
   *
   * @throws InvalidInputException when the file is missing or no picture; it is named
   */
  default float[] embed(Path picture) {
    return encodeImages(List.of(picture)).normalised().row(0);
  }

  /**
   * Returns the vector of one picture, scaled to length 1: {@code float[embedDim]}.
   *
   * @param picture the bytes of its file
   * @throws InvalidInputException when they are no picture
   */
  default float[] embed(byte[] picture) {
    return embed(PictureSource.bytes("the picture", picture));
  }

  /**
   * Returns the vector of one picture, scaled to length 1: {@code float[embedDim]}.
   *
   * @throws InvalidInputException when it is none; it is named
   */
  default float[] embed(PictureSource picture) {
    List<Embeddings> rows = new ArrayList<>();
    encodeImages(Stream.of(picture), batch -> rows.add(batch.rows()));
    return rows.get(0).normalised().row(0);
  }

  /**
   * Returns a short text that is the same for models whose vectors can be compared, and another for
   * all others: a hash of the weights, the configuration, the preprocessing, the tokenizer and the
   * precision. Backend, device and threads are not in it. The first call reads all weights, once
   * for each file and machine where there is a folder to note it in; every other is cheap.
   *
   * @throws OpenClipException when the model has none, for its weights change, or its tokenizer
   *     cannot be made
   */
  default String fingerprint() {
    throw new OpenClipException("model " + name() + " has no fingerprint: its weights may change");
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
   * Returns what computes features of single patches. Nothing is built before it is used.
   *
   * @throws OpenClipException when the image tower has no such features; the message says why
   */
  default DenseEncoder dense() {
    throw new OpenClipException("model " + name() + " computes no features of single patches");
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

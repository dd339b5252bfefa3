package org.openclip.hub.cli;

import java.nio.file.Path;
import java.util.List;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;

/** A model of files and texts whose vectors can be compared. Closing it frees its memory. */
public interface JointModel extends AutoCloseable {
  /** Returns the name by which the model was asked for. */
  String name();

  /** Returns the kind of its files. */
  FileKind kind();

  /** Returns whether each label has a probability of its own. */
  boolean sigmoid();

  /** Encodes files, as vectors that are not normalised. */
  Embeddings encodeFiles(List<Path> files, EncodingListener listener);

  /** Encodes texts, as vectors that are not normalised. */
  Embeddings encodeTexts(List<String> texts, EncodingListener listener);

  /** Returns the logits of every file with every text. */
  float[][] logits(Embeddings files, Embeddings texts);

  @Override
  void close();
}

package org.openclip.hub.cli;

import java.nio.file.Path;
import java.util.List;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;

/**
 * A model of images and texts.
 *
 * @param model closed with this
 */
record PictureModel(ClipModel model) implements JointModel {
  @Override
  public String name() {
    return model.name();
  }

  @Override
  public FileKind kind() {
    return FileKind.IMAGE;
  }

  @Override
  public boolean sigmoid() {
    return model.sigmoid();
  }

  @Override
  public Embeddings encodeFiles(List<Path> files, EncodingListener listener) {
    return model.encodeImages(files, listener);
  }

  @Override
  public Embeddings encodeTexts(List<String> texts, EncodingListener listener) {
    return model.encodeTexts(texts, listener);
  }

  @Override
  public float[][] logits(Embeddings files, Embeddings texts) {
    return model.logits(files, texts);
  }

  @Override
  public void close() {
    model.close();
  }
}

package org.openclip.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.common.AbstractEmbeddingModelIT;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.DrawnPictures;

/** langchain4j's own tests of embedding models. */
class OpenClipEmbeddingModelKitTest extends AbstractEmbeddingModelIT {
  private final ClipModel clip = OpenClip.load();

  @AfterAll
  void close() {
    clip.close();
  }

  @Override
  protected List<EmbeddingModel> models() {
    return List.of(
        OpenClipEmbeddingModel.builder(clip).severalContents(SeveralContents.AVERAGE).build());
  }

  @Override
  protected EmbeddingModel modelWith(EmbeddingModelListener listener) {
    return OpenClipEmbeddingModel.builder(clip).listeners(List.of(listener)).build();
  }

  @Override
  protected EmbeddingModel failingModelWith(EmbeddingModelListener listener) {
    ClipModel closed = OpenClip.load();
    closed.close();
    return OpenClipEmbeddingModel.builder(closed).listeners(List.of(listener)).build();
  }

  @Override
  protected ImageContent catImage() {
    byte[] picture = DrawnPictures.all().get("smiling face");
    return ImageContent.from(Base64.getEncoder().encodeToString(picture), "image/png");
  }

  @Override
  protected boolean supportsInputTypeParameter() {
    return false;
  }

  @Override
  protected boolean supportsDimensionsParameter() {
    return false;
  }
}

package org.openclip.spring;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.InvalidInputException;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.DocumentEmbeddingRequest;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;
import org.springframework.ai.embedding.EmbeddingResultMetadata;
import org.springframework.ai.embedding.EmbeddingResultMetadata.ModalityType;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * A document embedding model of Spring AI: documents are pictures ({@code Media}, or a picture
 * named under {@link ClipEncoder#PICTURE}) or texts, and their vectors of length 1 lie in one
 * space. Safe for many threads; it does not own the model.
 */
public final class OpenClipDocumentEmbeddingModel implements DocumentEmbeddingModel {
  private static final MimeType ANY_IMAGE = new MimeType("image");

  private final ClipEncoder encoder;

  /** Creates a model over an encoder. */
  public OpenClipDocumentEmbeddingModel(ClipEncoder encoder) {
    this.encoder = encoder;
  }

  /**
   * Embeds documents.
   *
   * @return one vector for each, in order; its metadata says whether it is of a picture
   * @throws InvalidInputException when a picture cannot be read, or the options name another model
   *     or width
   */
  @Override
  public EmbeddingResponse call(DocumentEmbeddingRequest request) {
    Requests.check(request.getOptions(), encoder.model());
    List<Document> documents = request.getInstructions();
    List<float[]> rows = encoder.documents(documents);
    List<Embedding> results = new ArrayList<>(rows.size());
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Document document = documents.get(i);
      results.add(new Embedding(rows.get(i), i, metadata(document)));
      String text = document.getText();
      if (text != null && !ClipEncoder.hasPicture(document)) {
        texts.add(text);
      }
    }
    return new EmbeddingResponse(
        results,
        new EmbeddingResponseMetadata(
            encoder.model().name(), new DefaultUsage(encoder.tokens(texts), 0)));
  }

  private static EmbeddingResultMetadata metadata(Document document) {
    if (!ClipEncoder.hasPicture(document)) {
      return new EmbeddingResultMetadata(
          document.getId(), ModalityType.TEXT, MimeTypeUtils.TEXT_PLAIN, document);
    }
    return new EmbeddingResultMetadata(
        document.getId(),
        ModalityType.IMAGE,
        document.getMedia() == null ? ANY_IMAGE : document.getMedia().getMimeType(),
        document);
  }

  @Override
  public int dimensions() {
    return encoder.model().embedDim();
  }
}

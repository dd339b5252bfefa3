package org.openclip.spring;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.BatchingStrategy;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;
import org.springframework.ai.embedding.observation.DefaultEmbeddingModelObservationConvention;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationContext;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationDocumentation;

/**
 * An embedding model of Spring AI for texts, and for documents that name a picture under {@link
 * ClipEncoder#PICTURE}: so that pictures enter any vector store and are found by words. Vectors
 * have length 1. Safe for many threads; it does not own the model.
 */
public final class OpenClipEmbeddingModel implements EmbeddingModel {
  private static final DefaultEmbeddingModelObservationConvention CONVENTION =
      new DefaultEmbeddingModelObservationConvention();

  private final ClipEncoder encoder;

  /** Creates a model over an encoder. */
  public OpenClipEmbeddingModel(ClipEncoder encoder) {
    this.encoder = encoder;
  }

  /**
   * Embeds texts.
   *
   * @throws InvalidInputException when the options name another model or width
   */
  @Override
  public EmbeddingResponse call(EmbeddingRequest request) {
    Requests.check(request.getOptions(), encoder.model());
    List<String> texts = request.getInstructions();
    EmbeddingRequest complete = new EmbeddingRequest(texts, Requests.options(encoder.model()));
    EmbeddingModelObservationContext context =
        EmbeddingModelObservationContext.builder()
            .embeddingRequest(complete)
            .provider("openclip")
            .build();
    return EmbeddingModelObservationDocumentation.EMBEDDING_MODEL_OPERATION
        .observation(null, CONVENTION, () -> context, encoder.observations())
        .observe(
            () -> {
              EmbeddingResponse response = respond(texts);
              context.setResponse(response);
              return response;
            });
  }

  private EmbeddingResponse respond(List<String> texts) {
    List<float[]> rows = encoder.texts(texts);
    List<Embedding> results = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      results.add(new Embedding(rows.get(i), i));
    }
    return new EmbeddingResponse(
        results,
        new EmbeddingResponseMetadata(
            encoder.model().name(), new DefaultUsage(encoder.tokens(texts), 0)));
  }

  /** Embeds a document by its picture if it has one, and else by its text. */
  @Override
  public float[] embed(Document document) {
    return encoder.documents(List.of(document)).get(0);
  }

  /**
   * Embeds documents by their pictures or texts. They need no batches of Spring AI's: the model
   * makes its own.
   */
  @Override
  public List<float[]> embed(
      List<Document> documents, @Nullable EmbeddingOptions options, BatchingStrategy batching) {
    Requests.check(options, encoder.model());
    return encoder.documents(documents);
  }

  @Override
  public int dimensions() {
    return encoder.model().embedDim();
  }
}

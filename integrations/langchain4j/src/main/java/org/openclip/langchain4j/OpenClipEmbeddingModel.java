package org.openclip.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.ModelBuilder;

/**
 * An embedding model of langchain4j that embeds texts and pictures into one space, in process.
 *
 * <p>Vectors have length 1, so that stores that compare by cosine, by dot product and by distance
 * give one order. Texts longer than the model's context are cut, as the reference does; a warning
 * says how many.
 *
 * <p>Safe for many threads at once. Closing it closes the model that it has loaded, and leaves a
 * model that it was given.
 */
public final class OpenClipEmbeddingModel implements EmbeddingModel, AutoCloseable {
  private final ClipModel model;
  private final boolean owned;
  private final SeveralContents several;
  private final List<EmbeddingModelListener> listeners;
  private final InputVectors vectors;

  private OpenClipEmbeddingModel(Builder builder, ClipModel model, boolean owned) {
    this.model = model;
    this.owned = owned;
    this.several = builder.several;
    this.listeners = List.copyOf(builder.listeners);
    this.vectors = new InputVectors(model, builder.pictureFolder);
  }

  /** Returns an embedding model over a model that is loaded already, and stays its owner's. */
  public static OpenClipEmbeddingModel create(ClipModel model) {
    return builder(model).build();
  }

  /** Returns a builder over a model that is loaded already, and stays its owner's. */
  public static Builder builder(ClipModel model) {
    return new Builder(model, null);
  }

  /** Returns a builder that loads the model; closing the embedding model closes it. */
  public static Builder loading(ModelBuilder model) {
    return new Builder(null, model);
  }

  /** The choices with which an embedding model is made. Not safe for many threads. */
  public static final class Builder {
    private final @Nullable ClipModel open;
    private final @Nullable ModelBuilder source;
    private SeveralContents several = SeveralContents.REFUSE;
    private List<EmbeddingModelListener> listeners = List.of();
    private @Nullable Path pictureFolder;

    private Builder(@Nullable ClipModel open, @Nullable ModelBuilder source) {
      this.open = open;
      this.source = source;
    }

    /** Chooses what becomes of inputs with several contents; they are refused otherwise. */
    public Builder severalContents(SeveralContents choice) {
      several = choice;
      return this;
    }

    /** Sets who is told of requests, responses and errors. */
    public Builder listeners(List<EmbeddingModelListener> all) {
      listeners = List.copyOf(all);
      return this;
    }

    /**
     * Allows pictures with {@code file:} addresses in a folder and those below it; no file is read
     * otherwise.
     */
    public Builder picturesIn(Path folder) {
      pictureFolder = folder;
      return this;
    }

    /**
     * Makes the embedding model.
     *
     * @throws OpenClipException when the model cannot be loaded
     */
    public OpenClipEmbeddingModel build() {
      if (open != null) {
        return new OpenClipEmbeddingModel(this, open, false);
      }
      ClipModel loaded = Objects.requireNonNull(source).load();
      try {
        return new OpenClipEmbeddingModel(this, loaded, true);
      } catch (RuntimeException e) {
        loaded.close();
        throw e;
      }
    }
  }

  /** Returns the model that embeds. */
  public ClipModel model() {
    return model;
  }

  @Override
  public Set<ContentType> supportedContentTypes() {
    return Set.of(ContentType.TEXT, ContentType.IMAGE);
  }

  @Override
  public List<EmbeddingModelListener> listeners() {
    return listeners;
  }

  @Override
  public int dimension() {
    return model.embedDim();
  }

  @Override
  public String modelName() {
    return model.name();
  }

  /**
   * Embeds the inputs of a request.
   *
   * @return one vector of length 1 for each input, in order
   * @throws InvalidRequestException when an input has several contents and the builder did not
   *     choose to average them, or a picture cannot be read; the input is named
   */
  @Override
  public EmbeddingResponse doEmbed(EmbeddingRequest request) {
    List<String> texts = new ArrayList<>();
    List<Integer> textInputs = new ArrayList<>();
    List<ImageContent> pictures = new ArrayList<>();
    List<Integer> pictureInputs = new ArrayList<>();
    List<EmbeddingInput> inputs = request.inputs();
    for (int i = 0; i < inputs.size(); i++) {
      List<Content> contents = inputs.get(i).contents();
      if (contents.size() > 1 && several == SeveralContents.REFUSE) {
        throw new InvalidRequestException(
            "input "
                + i
                + " has "
                + contents.size()
                + " contents, but a CLIP model embeds one; pass one input for each content, or use"
                + " SeveralContents.AVERAGE");
      }
      for (Content content : contents) {
        if (content instanceof TextContent text) {
          texts.add(text.text());
          textInputs.add(i);
        } else if (content instanceof ImageContent picture) {
          pictures.add(picture);
          pictureInputs.add(i);
        } else {
          throw new InvalidRequestException(
              "input " + i + " is of type " + content.type() + ", but must be TEXT or IMAGE");
        }
      }
    }
    MeanVectors means = new MeanVectors(inputs.size(), dimension());
    int tokens;
    try {
      tokens = vectors.addTexts(texts, textInputs, means);
      vectors.addPictures(pictures, pictureInputs, means);
    } catch (InvalidInputException e) {
      throw new InvalidRequestException(e.getMessage(), e);
    }
    return EmbeddingResponse.builder()
        .embeddings(means.rows().stream().map(Embedding::from).toList())
        .modelName(modelName())
        .tokenUsage(new TokenUsage(tokens, 0, tokens))
        .build();
  }

  /** Closes the model if it was loaded here; twice is harmless. */
  @Override
  public void close() {
    vectors.release();
    if (owned) {
      model.close();
    }
  }
}

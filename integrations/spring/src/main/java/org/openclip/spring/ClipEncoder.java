package org.openclip.spring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PictureDecoder;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.OpenClip;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.ResourceLoader;

/**
 * The step from texts and documents of Spring AI to vectors of length 1, by one model, with its
 * metrics: {@code openclip.encode}, the time of the model's calls, and {@code openclip.encoded},
 * how many texts and pictures they had, both by the tags {@code model} and {@code kind} (text or
 * picture). Safe for many threads; it does not own the model.
 */
public final class ClipEncoder {
  /**
   * The key under which a document's metadata names its picture, by the location of a Spring
   * resource or the path of a file: {@value}. Such a document is embedded by its picture, and its
   * text is what it is shown and filtered by.
   */
  public static final String PICTURE = "openclip.picture";

  /** Decoded pictures that are held at once: a batch, or less when they are large. */
  private static final int PICTURES_AT_ONCE = 32;

  private static final long PIXELS_AT_ONCE = 1L << 26;

  private final ClipModel model;
  private final PictureDecoder decoder;
  private final PictureLocations locations;
  private final ObservationRegistry observations;
  private final Timer textTimer;
  private final Timer pictureTimer;
  private final Counter textCounter;
  private final Counter pictureCounter;

  private ClipEncoder(Builder builder) {
    this.model = builder.model;
    this.decoder = new PictureDecoder(PluginRegistry.create(OpenClip.class));
    this.locations = new PictureLocations(builder.loader, builder.locations);
    this.observations = builder.observations;
    this.textTimer = timer(builder.meters, "text");
    this.pictureTimer = timer(builder.meters, "picture");
    this.textCounter = counter(builder.meters, "text");
    this.pictureCounter = counter(builder.meters, "picture");
  }

  private Timer timer(MeterRegistry meters, String kind) {
    return Timer.builder("openclip.encode")
        .description("the time of the model's calls")
        .tag("model", model.name())
        .tag("kind", kind)
        .register(meters);
  }

  private Counter counter(MeterRegistry meters, String kind) {
    return Counter.builder("openclip.encoded")
        .description("how many texts or pictures were encoded")
        .tag("model", model.name())
        .tag("kind", kind)
        .register(meters);
  }

  /** Returns a builder for an encoder by a model, which stays its owner's. */
  public static Builder builder(ClipModel model) {
    return new Builder(model);
  }

  /** The choices with which an encoder is made. Not safe for many threads. */
  public static final class Builder {
    private final ClipModel model;
    private ResourceLoader loader = new DefaultResourceLoader();
    private List<String> locations = List.of();
    private ObservationRegistry observations = ObservationRegistry.NOOP;
    private MeterRegistry meters = new SimpleMeterRegistry();

    private Builder(ClipModel model) {
      this.model = model;
    }

    /**
     * Allows pictures in folders and under prefixes of Spring resources, such as {@code file:/data}
     * or {@code classpath:pictures/}; none are read that documents name otherwise.
     */
    public Builder pictureLocations(List<String> allowed) {
      locations = List.copyOf(allowed);
      return this;
    }

    /** Finds resources by this loader. */
    public Builder resourceLoader(ResourceLoader resources) {
      loader = resources;
      return this;
    }

    /** Tells of requests as Spring AI's other models do. */
    public Builder observationRegistry(ObservationRegistry registry) {
      observations = registry;
      return this;
    }

    /** Keeps the metrics there. */
    public Builder meterRegistry(MeterRegistry registry) {
      meters = registry;
      return this;
    }

    /** Makes the encoder. */
    public ClipEncoder build() {
      return new ClipEncoder(this);
    }
  }

  /** Returns the model that encodes. */
  public ClipModel model() {
    return model;
  }

  ObservationRegistry observations() {
    return observations;
  }

  /** Returns whether a document is embedded by a picture. */
  static boolean hasPicture(Document document) {
    return document.getMedia() != null || document.getMetadata().containsKey(PICTURE);
  }

  /** Returns how many tokens the model reads of texts, start and end among them. */
  int tokens(List<String> texts) {
    Tokenizer tokenizer = model.tokenizer();
    return texts.stream()
        .mapToInt(text -> Math.min(tokenizer.encode(text).length + 2, tokenizer.contextLength()))
        .sum();
  }

  /** Returns the unit vectors of texts. */
  List<float[]> texts(List<String> texts) {
    return texts.isEmpty()
        ? List.of()
        : rows(timed(textTimer, textCounter, () -> model.encodeTexts(texts)));
  }

  /**
   * Returns the unit vectors of documents, in order: of their pictures, or of their texts.
   *
   * @throws InvalidInputException when a document's picture cannot be read; the document is named
   */
  List<float[]> documents(List<Document> documents) {
    List<Integer> texts = new ArrayList<>();
    List<Integer> pictures = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      (hasPicture(documents.get(i)) ? pictures : texts).add(i);
    }
    float[][] rows = new float[documents.size()][];
    put(rows, texts, texts(texts.stream().map(i -> text(documents.get(i))).toList()));
    int first = 0;
    while (first < pictures.size()) {
      List<Image> batch = new ArrayList<>();
      long pixels = 0;
      while (first + batch.size() < pictures.size()
          && batch.size() < PICTURES_AT_ONCE
          && pixels < PIXELS_AT_ONCE) {
        Image picture = picture(documents.get(pictures.get(first + batch.size())));
        pixels += (long) picture.width() * picture.height();
        batch.add(picture);
      }
      Embeddings encoded = timed(pictureTimer, pictureCounter, () -> model.encodePictures(batch));
      put(rows, pictures.subList(first, first + batch.size()), rows(encoded));
      first += batch.size();
    }
    return List.of(rows);
  }

  private static void put(float[][] all, List<Integer> places, List<float[]> rows) {
    for (int i = 0; i < rows.size(); i++) {
      all[places.get(i)] = rows.get(i);
    }
  }

  private static String text(Document document) {
    String text = document.getText();
    if (text == null) {
      throw new InvalidInputException(
          "document " + document.getId() + " has neither a text nor a picture");
    }
    return text;
  }

  private Image picture(Document document) {
    String name = "the picture of document " + document.getId();
    Media media = document.getMedia();
    if (media == null) {
      Object location = document.getMetadata().get(PICTURE);
      if (!(location instanceof String text)) {
        throw new InvalidInputException(
            name
                + " is named by "
                + location
                + ", but the value of "
                + PICTURE
                + " must be a text");
      }
      return decoder.decode(locations.read(text, name), name + " (" + text + ")");
    }
    if (!media.getMimeType().getType().equals("image")) {
      throw new InvalidInputException(
          name + " is of type " + media.getMimeType() + ", but must be an image");
    }
    if (media.getData() instanceof byte[] bytes) {
      return decoder.decode(bytes, name);
    }
    return decoder.decode(locations.read(String.valueOf(media.getData()), name), name);
  }

  private static Embeddings timed(Timer timer, Counter counter, Supplier<Embeddings> call) {
    Embeddings encoded = timer.record(call);
    counter.increment(encoded.size());
    return encoded;
  }

  private static List<float[]> rows(Embeddings embeddings) {
    Embeddings units = embeddings.normalised();
    List<float[]> rows = new ArrayList<>(units.size());
    for (int i = 0; i < units.size(); i++) {
      rows.add(units.row(i));
    }
    return rows;
  }
}

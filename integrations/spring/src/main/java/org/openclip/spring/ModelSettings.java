package org.openclip.spring;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The properties of one model, {@code spring.ai.openclip.*}, or of a further one, {@code
 * spring.ai.openclip.more.NAME.*}.
 *
 * @param model a built-in name, such as {@code ViT-B-32}, {@code hf-hub:org/repository}, {@code
 *     local-dir:FOLDER}, or the URI of a model folder
 * @param pretrained a tag, such as {@code laion2b_s34b_b79k}, or the path or URI of a checkpoint
 * @param backend the name of the backend; the preferred one on the path otherwise
 * @param device {@code cpu}, {@code cuda}, {@code cuda:1}; the backend's choice otherwise
 * @param precision {@code fp32}, {@code fp16} or {@code bf16}
 * @param threads how many cores one call may keep busy; all otherwise. Servers with many requests
 *     at once do best with 1 or 2
 * @param spin whether threads that wait for each other spin; true unless told otherwise
 * @param batchSize how many pictures or texts run at once; 32 unless told otherwise
 * @param cacheFolder where fetched files are kept; the hub's usual cache otherwise
 * @param offline whether only files that are here already are used
 * @param pictureLocations folders and prefixes of Spring resources, such as {@code file:/data} or
 *     {@code classpath:pictures/}, from which pictures are read that documents name in their
 *     metadata; none otherwise
 */
@ConfigurationProperties(ModelSettings.PREFIX)
public record ModelSettings(
    @Nullable String model,
    @Nullable String pretrained,
    @Nullable String backend,
    @Nullable String device,
    @Nullable String precision,
    @Nullable Integer threads,
    @Nullable Boolean spin,
    @Nullable Integer batchSize,
    @Nullable Path cacheFolder,
    @Nullable Boolean offline,
    @Nullable List<String> pictureLocations) {
  /** What the names of the properties begin with. */
  public static final String PREFIX = "spring.ai.openclip";

  /**
   * Loads the model.
   *
   * @throws InvalidInputException when no model is named
   * @throws OpenClipException when it cannot be loaded
   */
  public ClipModel load() {
    if (model == null) {
      throw new InvalidInputException(
          "the property "
              + PREFIX
              + ".model is not set; name a model and its weights, such as ViT-B-32 and "
              + PREFIX
              + ".pretrained=laion2b_s34b_b79k, or emoji-RN and embedded for the one in the jars,"
              + " which knows emoji alone; or set "
              + PREFIX
              + ".enabled=false");
    }
    ModelBuilder builder = OpenClip.model(model);
    if (pretrained != null) {
      builder.pretrained(pretrained);
    }
    if (backend != null) {
      builder.backend(backend);
    }
    if (device != null) {
      builder.device(Device.parse(device));
    }
    if (precision != null) {
      builder.precision(Precision.parse(precision));
    }
    if (threads != null) {
      builder.threads(threads);
    }
    if (spin != null) {
      builder.spin(spin);
    }
    if (batchSize != null) {
      builder.batchSize(batchSize);
    }
    if (cacheFolder != null) {
      builder.cacheFolder(cacheFolder);
    }
    if (offline != null) {
      builder.offline(offline);
    }
    return builder.load();
  }
}

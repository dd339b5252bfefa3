package org.openclip.api.spi;

import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.PatchImageEncoder;

/**
 * A plugin that adds a family of image towers. A configuration chooses it with {@code "encoder":
 * "its name"} in {@code vision_cfg}. The reference's configurations have no such key; they use the
 * provider that {@linkplain #matches recognises} them.
 */
public interface ImageEncoderProvider extends Provider {
  /** Returns whether a configuration that names no encoder describes a tower of this family. */
  default boolean matches(Map<String, Object> visionConfig) {
    return false;
  }

  /**
   * Creates an encoder.
   *
   * @throws InvalidConfigException when the configuration has an unknown key or a bad value
   */
  ImageEncoder create(EncoderContext context);

  /**
   * Returns the configuration of the same tower for images of any shape (NaFlex), with the
   * parameters of a {@link PatchImageEncoder} that can be made from this tower's. The default
   * refuses.
   *
   * @return {@code vision_cfg}
   * @throws InvalidConfigException when no such tower computes the same
   */
  default Map<String, Object> naflexConfig(EncoderContext context) {
    throw new InvalidConfigException(
        "vision_cfg",
        "describes a tower of %s, which cannot be converted to NaFlex; use CLIP's ViT, a ViT or EVA of timm, or a NaFlex model such as naflex_ViT-B-16"
            .formatted(name()));
  }
}

package org.openclip.models.image;

import org.openclip.api.image.ImageDecoder;
import org.openclip.api.spi.ImageDecoderProvider;

/** Offers the decoding of JPEG, PNG, GIF, BMP, TIFF and WebP, as {@code imageio}. */
public final class ImageIoDecoderProvider implements ImageDecoderProvider {
  /** Creates the provider; ImageIO is not touched yet. */
  public ImageIoDecoderProvider() {}

  @Override
  public String name() {
    return "imageio";
  }

  @Override
  public boolean accepts(byte[] head) {
    return PictureFormat.of(head) != null;
  }

  @Override
  public ImageDecoder create() {
    return new ImageIoDecoder();
  }
}

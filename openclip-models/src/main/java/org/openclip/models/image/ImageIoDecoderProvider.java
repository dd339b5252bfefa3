package org.openclip.models.image;

import java.util.Set;
import org.openclip.api.image.ImageDecoder;
import org.openclip.api.spi.ImageDecoderProvider;

/** Provides the decoder {@code imageio} of JPEG, PNG, GIF, BMP, TIFF, WebP and Netpbm. */
public final class ImageIoDecoderProvider implements ImageDecoderProvider {
  /** Creates the provider. It loads nothing. */
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
  public Set<String> endings() {
    return Set.of(
        "jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "dib", "tif", "tiff", "webp", "pbm",
        "pgm", "ppm", "pnm", "pfm");
  }

  @Override
  public ImageDecoder create() {
    return new ImageIoDecoder();
  }
}

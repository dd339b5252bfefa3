package org.openclip.models.image.jpeg;

/** The colour components of a JPEG stream. */
public enum JpegColors {
  /** As the markers or the names of the components say. */
  MARKED,
  /** Luminance and two colour differences, whatever the markers say. */
  LUMINANCE,
  /** What is to be handed out as it is. */
  PLAIN
}

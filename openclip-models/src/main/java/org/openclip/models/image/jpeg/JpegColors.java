package org.openclip.models.image.jpeg;

/** What the components of a JPEG stream are. */
public enum JpegColors {
  /** As its markers tell, or its components' names. */
  MARKED,
  /** Luminance and two colours, whatever the markers tell. */
  LUMINANCE,
  /** What is to be handed out as it is. */
  PLAIN
}

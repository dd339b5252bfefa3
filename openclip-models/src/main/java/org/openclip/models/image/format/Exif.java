package org.openclip.models.image.format;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.api.InvalidInputException;
import org.openclip.models.image.source.PictureFile;
import org.openclip.models.image.tiff.TiffDirectory;

/** Reads the orientation from a camera's EXIF or XMP data. */
public final class Exif {
  private static final Pattern XMP = Pattern.compile("tiff:Orientation(=\"|>)([0-9])");

  private Exif() {}

  /**
   * Returns the orientation, 1 to 8; 1 when there is none or the data are damaged.
   *
   * @param exif a TIFF structure, possibly after the letters {@code Exif}; empty for none
   * @param xmp XML that is read when the EXIF data have no orientation; empty for none
   */
  public static int orientation(byte[] exif, String xmp) {
    byte[] structure = exif;
    while (new PictureFile("", structure).has("Exif\0\0", 0)) {
      structure = Arrays.copyOfRange(structure, 6, structure.length);
    }
    if (TiffDirectory.accepts(structure)) {
      try {
        TiffDirectory tags = TiffDirectory.read(new PictureFile("", structure));
        if (tags.hasOrientation()) {
          return tags.orientation();
        }
      } catch (InvalidInputException damaged) {
        return 1;
      }
    }
    Matcher found = XMP.matcher(xmp);
    int value = found.find() ? found.group(2).charAt(0) - '0' : 1;
    return value >= 1 && value <= 8 ? value : 1;
  }
}

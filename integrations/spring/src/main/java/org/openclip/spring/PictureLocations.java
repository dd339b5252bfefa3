package org.openclip.spring;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.openclip.api.InvalidInputException;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;

/** The places from which pictures are read that documents name. Nothing else is read. */
final class PictureLocations {
  /** No picture within the bound on pixels needs more, even uncompressed with 16-bit channels. */
  private static final long MOST_BYTES = 1L << 30;

  private final ResourceLoader loader;
  private final List<String> allowed;

  PictureLocations(ResourceLoader loader, List<String> allowed) {
    this.loader = loader;
    this.allowed = List.copyOf(allowed);
  }

  /**
   * Reads a picture.
   *
   * @param location of a Spring resource, or the path of a file
   * @param name for messages
   * @throws InvalidInputException when it is not in an allowed place or cannot be read
   */
  byte[] read(String location, String name) {
    String wanted = location.startsWith("/") ? "file:" + location : location;
    try {
      Resource resource = loader.getResource(wanted);
      if (!resource.exists()) {
        throw new InvalidInputException(name + " is " + location + ", which does not exist");
      }
      if (!isAllowed(wanted, resource)) {
        throw new InvalidInputException(
            name
                + " is "
                + location
                + ", which is in none of "
                + ModelSettings.PREFIX
                + ".picture-locations: "
                + allowed);
      }
      if (resource.contentLength() > MOST_BYTES) {
        throw new InvalidInputException(
            name + " has more than " + MOST_BYTES + " bytes: " + location);
      }
      return resource.getContentAsByteArray();
    } catch (IOException e) {
      throw new InvalidInputException(name + " is " + location + ", which cannot be read: " + e, e);
    }
  }

  private boolean isAllowed(String wanted, Resource resource) throws IOException {
    for (String place : allowed) {
      String prefix = place.startsWith("/") ? "file:" + place : place;
      if (prefix.startsWith("file:")) {
        Path folder = Path.of(URI.create(prefix)).toRealPath();
        if (resource.isFile() && resource.getFilePath().toRealPath().startsWith(folder)) {
          return true;
        }
      } else if (wanted.startsWith(prefix.endsWith("/") ? prefix : prefix + "/")
          && !wanted.contains("..")
          && !wanted.contains("%")) {
        return true;
      }
    }
    return false;
  }
}

package org.openclip.models.resource;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;

/**
 * Opens the resource files of this module. {@code Class.getResourceAsStream} reads a jar through a
 * cache of the process, which keeps the jar that was first read from a path. After a server has
 * replaced the jar, the new classes would read the old files.
 */
public final class ModuleResource {
  private ModuleResource() {}

  /**
   * Opens a file; the caller closes it.
   *
   * @param beside a class in the same package as the file
   * @param name the name of the file
   * @throws FileNotFoundException when there is none
   * @throws IOException when the jar cannot be read
   */
  public static InputStream open(Class<?> beside, String name) throws IOException {
    URL url = beside.getResource(name);
    if (url == null) {
      throw new FileNotFoundException(name + " is not in openclip-models");
    }
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    return connection.getInputStream();
  }
}

package org.openclip.hub.remote;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A path that is good until it is closed, and with it the file system that was opened for it alone.
 *
 * @param path the path
 * @param opened closes that file system; closes nothing where it is another's
 */
record OpenPath(Path path, Closeable opened) implements Closeable {
  @Override
  public void close() throws IOException {
    opened.close();
  }
}

package org.openclip.hub.http;

import java.io.IOException;

/** Bytes came, but this machine could not keep them; what it has kept is still there. */
public final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  StorageException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}

package org.openclip.hub.http;

import java.io.IOException;

/** Thrown when downloaded data cannot be stored; the partial file is kept. */
public final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  StorageException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}

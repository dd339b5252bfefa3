package org.openclip.hub.http;

import java.io.IOException;
import java.net.URI;

/** Thrown when the checksum of a complete download is wrong. */
public final class CorruptDownloadException extends IOException {
  private static final long serialVersionUID = 1L;

  CorruptDownloadException(URI uri, String problem) {
    super(Http.shown(uri) + " was downloaded, but is corrupt: " + problem);
  }
}

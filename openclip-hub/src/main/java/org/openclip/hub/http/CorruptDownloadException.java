package org.openclip.hub.http;

import java.io.IOException;
import java.net.URI;

/** A file came whole, but its bytes are not those that were promised. */
public final class CorruptDownloadException extends IOException {
  private static final long serialVersionUID = 1L;

  CorruptDownloadException(URI uri, String problem) {
    super(Http.shown(uri) + " was fetched, but is corrupt: " + problem);
  }
}

package org.openclip.api.graph;

import org.openclip.api.OpenClipException;

/** Says why the graph of an image tower has no features of single patches. */
final class NotDenseException extends OpenClipException {
  private static final long serialVersionUID = 1;

  NotDenseException(String reason) {
    super(reason);
  }
}

package org.openclip.api;

/**
 * A failure inside a backend: the native runtime refused a graph, a device is missing, or memory
 * ran out. Exceptions of native runtimes never leave a backend; they are the cause of this one.
 */
public class BackendException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  private final String backend;

  /** Creates an exception of the named backend. */
  public BackendException(String backend, String problem) {
    super(backend + " backend: " + problem);
    this.backend = backend;
  }

  /** Creates an exception of the named backend, with the native failure as its cause. */
  public BackendException(String backend, String problem, Throwable cause) {
    super(backend + " backend: " + problem, cause);
    this.backend = backend;
  }

  /** Returns the name of the backend. */
  public String backend() {
    return backend;
  }
}

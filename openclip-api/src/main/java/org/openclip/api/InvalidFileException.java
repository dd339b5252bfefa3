package org.openclip.api;

/**
 * A file whose bytes are not what its format promises: truncated, corrupt, or of another format.
 */
public class InvalidFileException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;

  /**
   * Creates an exception about a place in a file.
   *
   * @param file the file's path or name
   * @param offset the byte offset of the fault, or -1 when it is about the file as a whole
   * @param problem what was found, what was expected, and what to do
   */
  public InvalidFileException(String file, long offset, String problem) {
    super(describe(file, offset, problem));
    this.file = file;
    this.offset = offset;
  }

  /** Creates an exception about a place in a file, with the failure behind it. */
  public InvalidFileException(String file, long offset, String problem, Throwable cause) {
    super(describe(file, offset, problem), cause);
    this.file = file;
    this.offset = offset;
  }

  private static String describe(String file, long offset, String problem) {
    return offset < 0 ? file + ": " + problem : file + " at byte " + offset + ": " + problem;
  }

  /** Returns the path or name of the file. */
  public String file() {
    return file;
  }

  /** Returns the byte offset of the fault, or -1 when it is about the file as a whole. */
  public long offset() {
    return offset;
  }
}

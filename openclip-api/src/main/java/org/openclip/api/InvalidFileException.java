package org.openclip.api;

/**
 * Thrown when the content of a file does not match its format: it is truncated, corrupt, or of
 * another format.
 */
public class InvalidFileException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;

  /**
   * Creates an exception about a place in a file.
   *
   * @param file the file's path or name
   * @param offset the byte offset of the fault, or -1 when the exception is about the whole file
   * @param problem what was found, what was expected, and what to do
   */
  public InvalidFileException(String file, long offset, String problem) {
    super(describe(file, offset, problem));
    this.file = file;
    this.offset = offset;
  }

  /** Creates an exception about a place in a file, with its cause. */
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

  /** Returns the byte offset of the fault, or -1 when the exception is about the whole file. */
  public long offset() {
    return offset;
  }
}

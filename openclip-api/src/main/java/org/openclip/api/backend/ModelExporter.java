package org.openclip.api.backend;

import java.nio.file.Path;
import java.util.List;
import org.openclip.api.OpenClipException;

/**
 * A writer of models in the file format of a runtime, so that they run there without OpenCLIP.
 *
 * <p>Every format holds three programs over the same weights: pictures to features, texts to
 * features, and both to probabilities.
 */
public interface ModelExporter {
  /** The name of the program from pictures to features. */
  String ENCODE_IMAGE = "encode_image";

  /** The name of the program from texts to features. */
  String ENCODE_TEXT = "encode_text";

  /** The name of the program from pictures and texts to probabilities. */
  String CLASSIFY = "classify";

  /** Returns the name of the format for people, such as {@code ONNX}. */
  String format();

  /**
   * Writes a model.
   *
   * @param model what to write; it is read only during the call
   * @param folder exists; files of the same names in it are replaced
   * @return the files written
   * @throws OpenClipException when the disk is full, the folder cannot be written, or the format
   *     has no words for the precision
   */
  List<Path> export(ExportableModel model, Path folder);
}

package org.openclip.api.backend;

import java.nio.file.Path;
import java.util.List;
import org.openclip.api.OpenClipException;

/**
 * Writes models in the file format of a runtime, so that they run there without OpenCLIP.
 *
 * <p>Every format contains three programs over the same weights: images to features, texts to
 * features, and both to probabilities.
 */
public interface ModelExporter {
  /** The name of the program from images to features. */
  String ENCODE_IMAGE = "encode_image";

  /** The name of the program from texts to features. */
  String ENCODE_TEXT = "encode_text";

  /** The name of the program from images and texts to probabilities. */
  String CLASSIFY = "classify";

  /** Returns the display name of the format, such as {@code ONNX}. */
  String format();

  /**
   * Writes a model.
   *
   * @param model what to write; it is read only during the call
   * @param folder an existing folder; files of the same names in it are replaced
   * @return the files written
   * @throws OpenClipException when the disk is full, the folder cannot be written, or the format
   *     does not support the precision
   */
  List<Path> export(ExportableModel model, Path folder);
}

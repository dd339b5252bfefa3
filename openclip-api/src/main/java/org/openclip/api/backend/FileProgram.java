package org.openclip.api.backend;

import java.util.List;
import org.openclip.api.graph.LeafOp;

/** A program that was read from a file in the runtime's own format, such as ONNX. */
public interface FileProgram extends Program {
  /** Returns the inputs that the file declares. Sizes that the file leaves open are symbols. */
  List<LeafOp.Input> inputs();
}

/** Writing a model as ONNX files, or as a folder of Python's transformers. */
@NullMarked
package org.openclip.hub.export;

import org.jspecify.annotations.NullMarked;

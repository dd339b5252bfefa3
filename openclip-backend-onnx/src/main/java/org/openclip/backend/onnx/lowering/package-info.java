/** Translates a graph of operators and its weights to an ONNX model. */
@NullMarked
package org.openclip.backend.onnx.lowering;

import org.jspecify.annotations.NullMarked;

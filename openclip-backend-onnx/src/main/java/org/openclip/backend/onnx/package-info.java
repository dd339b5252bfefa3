/**
 * Implements the backend {@code onnx} with ONNX Runtime.
 *
 * <p>It translates a graph to an ONNX model, passes the weights where they are memory-mapped, and
 * runs the model in a session. It also exports models as ONNX files.
 */
@NullMarked
package org.openclip.backend.onnx;

import org.jspecify.annotations.NullMarked;

/** Runs ONNX models in sessions of ONNX Runtime. */
@NullMarked
package org.openclip.backend.onnx.runtime;

import org.jspecify.annotations.NullMarked;

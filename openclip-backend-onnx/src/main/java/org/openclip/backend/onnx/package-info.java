/** The ONNX Runtime backend. */
@NullMarked
package org.openclip.backend.onnx;

import org.jspecify.annotations.NullMarked;

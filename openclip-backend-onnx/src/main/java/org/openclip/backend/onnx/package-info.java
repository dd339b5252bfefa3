/** ONNX Runtime: graphs translated to ONNX models, and the sessions that run them. */
@NullMarked
package org.openclip.backend.onnx;

import org.jspecify.annotations.NullMarked;

/** Writes the ONNX model format: graphs, nodes, initializers and their protocol buffers. */
@NullMarked
package org.openclip.backend.onnx.model;

import org.jspecify.annotations.NullMarked;

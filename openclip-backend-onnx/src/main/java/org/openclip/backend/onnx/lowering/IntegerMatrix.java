package org.openclip.backend.onnx.lowering;

/**
 * A weight of 8-bit integers as an ONNX graph names it.
 *
 * @param integers {@code int8[out, in]}
 * @param scales {@code float[out]}, by which the rows are multiplied
 */
record IntegerMatrix(String integers, String scales) {}

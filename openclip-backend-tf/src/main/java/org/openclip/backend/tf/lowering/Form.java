package org.openclip.backend.tf.lowering;

import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * A value as TensorFlow computed it.
 *
 * @param layout how its elements are arranged
 * @param type the type of its elements
 * @param output where it is found
 */
record Form(Layout layout, DataType type, Output output) {}

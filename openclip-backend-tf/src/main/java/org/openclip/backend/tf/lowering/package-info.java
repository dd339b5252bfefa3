/** Translates graphs to TensorFlow's operations. */
@NullMarked
package org.openclip.backend.tf.lowering;

import org.jspecify.annotations.NullMarked;

/** Wraps TensorFlow's C interface. Every native object has an owner that closes it. */
@NullMarked
package org.openclip.backend.tf.runtime;

import org.jspecify.annotations.NullMarked;

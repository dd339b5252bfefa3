/** The translation of graphs into TensorFlow's operations. */
@NullMarked
package org.openclip.backend.tf.lowering;

import org.jspecify.annotations.NullMarked;

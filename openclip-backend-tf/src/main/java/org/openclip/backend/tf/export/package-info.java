/** Models in TensorFlow's own file format. */
@NullMarked
package org.openclip.backend.tf.export;

import org.jspecify.annotations.NullMarked;

/** TensorFlow's C interface in Java's terms: what is opened here is closed here. */
@NullMarked
package org.openclip.backend.tf.runtime;

import org.jspecify.annotations.NullMarked;

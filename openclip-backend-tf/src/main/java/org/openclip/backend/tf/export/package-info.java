/** Exports models in TensorFlow's SavedModel format. */
@NullMarked
package org.openclip.backend.tf.export;

import org.jspecify.annotations.NullMarked;

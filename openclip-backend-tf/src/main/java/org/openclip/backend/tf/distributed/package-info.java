/** What processes that train together tell each other, in TensorFlow's collective operations. */
@NullMarked
package org.openclip.backend.tf.distributed;

import org.jspecify.annotations.NullMarked;

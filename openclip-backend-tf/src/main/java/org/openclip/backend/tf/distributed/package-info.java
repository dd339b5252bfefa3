/**
 * Exchanges gradients, features and statistics between the processes of a distributed training,
 * with TensorFlow's collective operations.
 */
@NullMarked
package org.openclip.backend.tf.distributed;

import org.jspecify.annotations.NullMarked;

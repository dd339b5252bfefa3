/** Trains models with TensorFlow: variables, gradients and optimizer updates. */
@NullMarked
package org.openclip.backend.tf.training;

import org.jspecify.annotations.NullMarked;

/** Training with TensorFlow: variables, gradients, updates. */
@NullMarked
package org.openclip.backend.tf.training;

import org.jspecify.annotations.NullMarked;

/** The TensorFlow backend. */
@NullMarked
package org.openclip.backend.tf;

import org.jspecify.annotations.NullMarked;

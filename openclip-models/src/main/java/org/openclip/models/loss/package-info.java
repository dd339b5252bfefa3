/** Implements the losses, written as graphs over features. */
@NullMarked
package org.openclip.models.loss;

import org.jspecify.annotations.NullMarked;

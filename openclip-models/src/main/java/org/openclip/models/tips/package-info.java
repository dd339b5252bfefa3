/** Implements the text tower of TIPS. */
@NullMarked
package org.openclip.models.tips;

import org.jspecify.annotations.NullMarked;

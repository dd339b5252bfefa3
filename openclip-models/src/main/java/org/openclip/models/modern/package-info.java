/** Implements OpenCLIP's modern text transformer. */
@NullMarked
package org.openclip.models.modern;

import org.jspecify.annotations.NullMarked;

/** Decodes the simple image formats, one class for each. */
@NullMarked
package org.openclip.models.image.format;

import org.jspecify.annotations.NullMarked;

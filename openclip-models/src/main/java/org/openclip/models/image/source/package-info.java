/** Reads the bytes of an image file within their bounds. Errors name the file. */
@NullMarked
package org.openclip.models.image.source;

import org.jspecify.annotations.NullMarked;

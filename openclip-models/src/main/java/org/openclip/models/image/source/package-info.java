/** The bytes of a picture file, read within their bounds, and the errors that name the file. */
@NullMarked
package org.openclip.models.image.source;

import org.jspecify.annotations.NullMarked;

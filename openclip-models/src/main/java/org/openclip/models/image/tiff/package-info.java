/** The decoding of TIFF files (TIFF 6.0 and BigTIFF) by what their tags say. */
@NullMarked
package org.openclip.models.image.tiff;

import org.jspecify.annotations.NullMarked;

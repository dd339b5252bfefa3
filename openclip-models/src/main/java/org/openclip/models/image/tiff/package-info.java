/** Decodes TIFF files (TIFF 6.0 and BigTIFF) as their tags say. */
@NullMarked
package org.openclip.models.image.tiff;

import org.jspecify.annotations.NullMarked;

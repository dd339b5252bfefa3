/** Decodes WebP files with libwebp. */
@NullMarked
package org.openclip.models.image.webp;

import org.jspecify.annotations.NullMarked;

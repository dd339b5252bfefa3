/** The decoding of WebP files by libwebp. */
@NullMarked
package org.openclip.models.image.webp;

import org.jspecify.annotations.NullMarked;

/** Decodes and preprocesses images: decoding, resizing as Pillow does, normalising. */
@NullMarked
package org.openclip.models.image;

import org.jspecify.annotations.NullMarked;

/** Picture files and their way into a tower: decoding, resizing as Pillow does, normalising. */
@NullMarked
package org.openclip.models.image;

import org.jspecify.annotations.NullMarked;

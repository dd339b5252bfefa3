/**
 * A decoder of JPEG files of 8 bits (ITU-T T.81; sequential or progressive, Huffman or arithmetic
 * codes) that yields the pixels of libjpeg-turbo 2.1 to the bit, those of damaged files mostly.
 */
@NullMarked
package org.openclip.models.image.jpeg;

import org.jspecify.annotations.NullMarked;

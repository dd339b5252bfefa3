/**
 * Decodes JPEG files of 8 bits (ITU-T T.81; sequential or progressive, Huffman or arithmetic
 * coding). The pixels equal those of libjpeg-turbo 2.1 to the bit, and mostly so for damaged files.
 */
@NullMarked
package org.openclip.models.image.jpeg;

import org.jspecify.annotations.NullMarked;

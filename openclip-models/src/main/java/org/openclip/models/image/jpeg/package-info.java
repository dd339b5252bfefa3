/**
 * A decoder of the usual JPEG files (ITU-T T.81, 8 bits, Huffman coding, sequential or progressive)
 * that yields libjpeg's pixels to the bit, several times as fast as ImageIO.
 */
@NullMarked
package org.openclip.models.image.jpeg;

import org.jspecify.annotations.NullMarked;

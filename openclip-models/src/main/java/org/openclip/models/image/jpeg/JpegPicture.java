package org.openclip.models.image.jpeg;

/**
 * A decoded image.
 *
 * @param width the number of columns
 * @param height the number of rows
 * @param channels 1 for grey, 3 for red, green and blue, 4 for cyan, magenta, yellow and black
 * @param pixels {@code uint8[height, width, channels]}; 255 is full ink
 * @param exif the camera's EXIF data, a TIFF structure; empty for none
 */
@SuppressWarnings("ArrayRecordComponent")
public record JpegPicture(int width, int height, int channels, byte[] pixels, byte[] exif) {}

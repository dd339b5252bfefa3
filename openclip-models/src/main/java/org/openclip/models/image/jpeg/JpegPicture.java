package org.openclip.models.image.jpeg;

/**
 * A decoded picture.
 *
 * @param width columns
 * @param height rows
 * @param channels 1 for grey, 3 for red, green and blue, 4 for cyan, magenta, yellow and black
 * @param pixels {@code uint8[height, width, channels]}; 255 is full ink
 * @param exif what the camera wrote, a TIFF structure; empty for nothing
 */
@SuppressWarnings("ArrayRecordComponent")
public record JpegPicture(int width, int height, int channels, byte[] pixels, byte[] exif) {}

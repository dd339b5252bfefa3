package org.openclip.models.image.jpeg;

/**
 * A decoded picture.
 *
 * @param width columns
 * @param height rows
 * @param channels 1 for grey, 3 for red, green and blue
 * @param pixels {@code uint8[height, width, channels]}
 */
@SuppressWarnings("ArrayRecordComponent")
public record JpegPicture(int width, int height, int channels, byte[] pixels) {}

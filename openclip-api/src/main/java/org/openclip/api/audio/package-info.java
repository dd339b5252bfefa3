/**
 * Sound: what decoders return and what audio towers read.
 *
 * <p>A tower reads sound in one form, which its {@link org.openclip.api.audio.AudioPreprocessor}
 * makes of an {@link org.openclip.api.audio.Audio} of any length and sample rate.
 */
@NullMarked
package org.openclip.api.audio;

import org.jspecify.annotations.NullMarked;

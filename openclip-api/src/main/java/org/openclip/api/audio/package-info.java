/**
 * Sound: what decoders return and what audio towers read.
 *
 * <p>A tower reads sound in one form, which its {@link org.openclip.api.audio.AudioPreprocessor} or
 * {@link org.openclip.api.audio.AudioPatcher} makes of an {@link org.openclip.api.audio.Audio} of
 * any length and sample rate:
 *
 * <pre>{@code
 * try (ClapModel clap = ClapModel.load(Path.of("models/clap"))) {
 *   Audio silence = new Audio(new float[16_000], 16_000); // one second
 *   switch (clap.architecture().audioEncoder()) {
 *     case SpectrogramEncoder encoder -> {
 *       AudioPreprocessor preprocessor = encoder.preprocessor();
 *       FloatBuffer input = FloatBuffer.allocate(preprocessor.bands() * preprocessor.frames());
 *       preprocessor.prepare(silence, input);
 *     }
 *     case PatchAudioEncoder encoder -> {
 *       AudioPatches patches = encoder.patcher().cut(silence);
 *     }
 *   }
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.api.audio;

import org.jspecify.annotations.NullMarked;

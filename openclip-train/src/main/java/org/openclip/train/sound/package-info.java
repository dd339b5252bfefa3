/**
 * Training on sounds and captions (CLAP; Elizalde et al. 2022, arXiv 2206.04769): how a stored
 * sound becomes the inputs of an audio tower, in training and in measurements.
 *
 * <pre>{@code
 * ClapArchitecture clap = ClapModel.builder("naflexclap_little").architecture();
 * SoundInput input = SoundInput.measured(clap.audioEncoder(), ClipOptions.DEFAULT, 256);
 * System.out.println(input.numbers() + " numbers for a sound at most");
 * }</pre>
 */
@NullMarked
package org.openclip.train.sound;

import org.jspecify.annotations.NullMarked;

/** Implements audio towers and what they read: decoding, resampling and mel spectrograms. */
@NullMarked
package org.openclip.models.audio;

import org.jspecify.annotations.NullMarked;

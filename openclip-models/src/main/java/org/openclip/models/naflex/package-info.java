/** Implements NaFlexCLAP's audio tower, and the patches of spectrograms. */
@NullMarked
package org.openclip.models.naflex;

import org.jspecify.annotations.NullMarked;

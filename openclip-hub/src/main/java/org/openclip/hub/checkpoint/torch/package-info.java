/** Reads PyTorch checkpoints without PyTorch. Nothing in a file is run. */
@NullMarked
package org.openclip.hub.checkpoint.torch;

import org.jspecify.annotations.NullMarked;

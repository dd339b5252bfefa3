/** PyTorch's checkpoints, read without PyTorch and without running anything in them. */
@NullMarked
package org.openclip.hub.checkpoint.torch;

import org.jspecify.annotations.NullMarked;

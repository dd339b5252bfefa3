/** How fast a training step is, beside the matrix products in it and beside PyTorch. */
@NullMarked
package org.openclip.train.bench;

import org.jspecify.annotations.NullMarked;

/** Converts checkpoints of other libraries to the tensor names and layouts of the reference. */
@NullMarked
package org.openclip.hub.checkpoint.naming;

import org.jspecify.annotations.NullMarked;

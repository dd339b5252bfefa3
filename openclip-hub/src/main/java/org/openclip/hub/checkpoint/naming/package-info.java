/** Checkpoints of other libraries, brought under the names of the reference. */
@NullMarked
package org.openclip.hub.checkpoint.naming;

import org.jspecify.annotations.NullMarked;

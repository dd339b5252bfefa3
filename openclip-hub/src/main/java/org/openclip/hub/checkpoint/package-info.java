/** Checkpoint files, what is in them, and whether it fits a model. */
@NullMarked
package org.openclip.hub.checkpoint;

import org.jspecify.annotations.NullMarked;

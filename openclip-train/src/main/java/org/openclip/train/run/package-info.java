/** A training from its first step to its last: schedule, logs, checkpoints, and going on. */
@NullMarked
package org.openclip.train.run;

import org.jspecify.annotations.NullMarked;

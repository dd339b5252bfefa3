/** Connects the processes of a distributed training run. */
@NullMarked
package org.openclip.train.command.distributed;

import org.jspecify.annotations.NullMarked;

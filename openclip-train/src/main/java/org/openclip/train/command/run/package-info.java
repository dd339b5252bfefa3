/** Runs a training: builds the trainer, reports metrics and writes checkpoints. */
@NullMarked
package org.openclip.train.command.run;

import org.jspecify.annotations.NullMarked;

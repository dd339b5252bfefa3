/**
 * Runs a training from the first step to the last: learning rate schedule, logs, checkpoints and
 * resuming.
 *
 * <pre>{@code
 * Schedule schedule = Schedule.cosine(5e-4, 500, 10_000);
 * double rate = schedule.at(499); // the rate of the last step of the warm-up
 * Checkpoint checkpoint = Checkpoint.read(Path.of("logs/mine/checkpoints/epoch_8"));
 * System.out.println(checkpoint.progress().step());
 * }</pre>
 */
@NullMarked
package org.openclip.train.run;

import org.jspecify.annotations.NullMarked;

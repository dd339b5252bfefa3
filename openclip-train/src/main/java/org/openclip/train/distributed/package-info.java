/**
 * Connects the processes of a distributed training: how they are started, find each other and
 * detect failures.
 *
 * <pre>{@code
 * Placement placement = Placement.of(System::getenv, null); // RANK, WORLD_SIZE, MASTER_ADDR, ...
 * System.out.println("rank " + placement.rank() + " of " + placement.size());
 * }</pre>
 */
@NullMarked
package org.openclip.train.distributed;

import org.jspecify.annotations.NullMarked;

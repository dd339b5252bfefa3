/** Reads and summarises result files of CLIP_benchmark. */
@NullMarked
package org.openclip.train.benchmark.report;

import org.jspecify.annotations.NullMarked;

/** Reads the data sets, labels and prompts of CLIP_benchmark. */
@NullMarked
package org.openclip.train.benchmark.data;

import org.jspecify.annotations.NullMarked;

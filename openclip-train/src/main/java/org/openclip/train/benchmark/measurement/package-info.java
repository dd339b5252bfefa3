/** Computes features and metrics as CLIP_benchmark does. */
@NullMarked
package org.openclip.train.benchmark.measurement;

import org.jspecify.annotations.NullMarked;

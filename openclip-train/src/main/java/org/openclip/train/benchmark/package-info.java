/** Measurements of models as CLIP_benchmark 1.6 makes them, on its data sets and in its files. */
@NullMarked
package org.openclip.train.benchmark;

import org.jspecify.annotations.NullMarked;

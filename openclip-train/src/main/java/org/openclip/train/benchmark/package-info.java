/** Evaluates models as CLIP_benchmark 1.6 does, with its data sets and file formats. */
@NullMarked
package org.openclip.train.benchmark;

import org.jspecify.annotations.NullMarked;

/** Reads and writes texts in the notation of Python, as CLIP_benchmark's files need it. */
@NullMarked
package org.openclip.train.benchmark.python;

import org.jspecify.annotations.NullMarked;

/** Measures written captions as pycocoevalcap does: its tokens, BLEU, ROUGE-L and CIDEr. */
@NullMarked
package org.openclip.train.benchmark.caption;

import org.jspecify.annotations.NullMarked;

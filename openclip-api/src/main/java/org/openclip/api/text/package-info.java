/** Tokenizers and the batches of token ids that they yield. */
@NullMarked
package org.openclip.api.text;

import org.jspecify.annotations.NullMarked;

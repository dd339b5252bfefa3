/** Implements CLIP's tokenizer: cleaning of texts, byte pair encoding, and rows of token ids. */
@NullMarked
package org.openclip.models.text;

import org.jspecify.annotations.NullMarked;

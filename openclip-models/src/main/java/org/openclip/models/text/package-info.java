/** Tokenizers: from the cleaning of texts to rows of token ids. */
@NullMarked
package org.openclip.models.text;

import org.jspecify.annotations.NullMarked;

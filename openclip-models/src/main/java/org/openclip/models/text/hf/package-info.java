/**
 * Tokenizers of Hugging Face's library, as models with other text towers than CLIP's own use them.
 */
@NullMarked
package org.openclip.models.text.hf;

import org.jspecify.annotations.NullMarked;

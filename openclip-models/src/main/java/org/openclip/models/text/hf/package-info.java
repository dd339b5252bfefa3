/**
 * Implements tokenizers of Hugging Face's library, for models with other text towers than CLIP's
 * own.
 */
@NullMarked
package org.openclip.models.text.hf;

import org.jspecify.annotations.NullMarked;

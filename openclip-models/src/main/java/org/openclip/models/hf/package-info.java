/** Text towers of Hugging Face's transformers, under the names that their checkpoints have. */
@NullMarked
package org.openclip.models.hf;

import org.jspecify.annotations.NullMarked;

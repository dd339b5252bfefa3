/**
 * Implements text towers of Hugging Face transformers, with the tensor names of their checkpoints.
 */
@NullMarked
package org.openclip.models.hf;

import org.jspecify.annotations.NullMarked;

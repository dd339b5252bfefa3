/** Implements OpenAI's tiktoken encodings, for OpenCLIP's modern text towers. */
@NullMarked
package org.openclip.models.text.tiktoken;

import org.jspecify.annotations.NullMarked;

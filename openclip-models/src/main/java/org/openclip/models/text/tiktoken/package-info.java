/** OpenAI's byte-pair encodings, as OpenCLIP's modern text towers use them. */
@NullMarked
package org.openclip.models.text.tiktoken;

import org.jspecify.annotations.NullMarked;

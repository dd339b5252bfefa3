/** Contains what the text transformers share: padding masks and rotary position embeddings. */
@NullMarked
package org.openclip.models.attention;

import org.jspecify.annotations.NullMarked;

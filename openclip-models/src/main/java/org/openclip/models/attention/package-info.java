/** What transformers over texts have in common: padding and rotary positions. */
@NullMarked
package org.openclip.models.attention;

import org.jspecify.annotations.NullMarked;

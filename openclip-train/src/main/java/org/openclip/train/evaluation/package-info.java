/** How good a model is: zero-shot classification and retrieval. */
@NullMarked
package org.openclip.train.evaluation;

import org.jspecify.annotations.NullMarked;

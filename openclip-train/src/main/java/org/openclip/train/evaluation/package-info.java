/** How good a model is: zero-shot classification, retrieval, and linear probes. */
@NullMarked
package org.openclip.train.evaluation;

import org.jspecify.annotations.NullMarked;

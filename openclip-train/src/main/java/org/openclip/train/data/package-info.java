/** Training data: where samples lie, in which order they come, and how they become batches. */
@NullMarked
package org.openclip.train.data;

import org.jspecify.annotations.NullMarked;

/** From a model to a plan for its training. */
@NullMarked
package org.openclip.train.plan;

import org.jspecify.annotations.NullMarked;

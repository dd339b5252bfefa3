/** The optimizers that are chosen by name; their rules lie in {@link org.openclip.api.training}. */
@NullMarked
package org.openclip.models.optimizer;

import org.jspecify.annotations.NullMarked;

/**
 * Contains the optimizers that can be chosen by name. Their rules are in {@link
 * org.openclip.api.training}.
 */
@NullMarked
package org.openclip.models.optimizer;

import org.jspecify.annotations.NullMarked;

/** Tensors over native memory and the named weights of a model. */
@NullMarked
package org.openclip.api.tensor;

import org.jspecify.annotations.NullMarked;

/** How fast both towers of a model are, beside PyTorch. */
@NullMarked
package org.openclip.hub.bench;

import org.jspecify.annotations.NullMarked;

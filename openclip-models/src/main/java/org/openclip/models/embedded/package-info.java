/** The model that this module brings with its weights. */
@NullMarked
package org.openclip.models.embedded;

import org.jspecify.annotations.NullMarked;

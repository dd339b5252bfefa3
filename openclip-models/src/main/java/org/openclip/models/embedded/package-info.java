/** Contains the embedded model, whose weights are in the jar of this module. */
@NullMarked
package org.openclip.models.embedded;

import org.jspecify.annotations.NullMarked;

/** Encoders, which write the graph of a tower. */
@NullMarked
package org.openclip.api.encoder;

import org.jspecify.annotations.NullMarked;

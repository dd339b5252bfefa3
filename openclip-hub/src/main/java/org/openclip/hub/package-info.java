/** Finding, reading and writing models, and the {@code OpenClip} facade. */
@NullMarked
package org.openclip.hub;

import org.jspecify.annotations.NullMarked;

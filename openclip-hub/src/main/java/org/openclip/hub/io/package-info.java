/** Files of the hub: JSON read strictly, and files that appear only when they are whole. */
@NullMarked
package org.openclip.hub.io;

import org.jspecify.annotations.NullMarked;

/** Searches for captions, token by token. */
@NullMarked
package org.openclip.hub.caption;

import org.jspecify.annotations.NullMarked;

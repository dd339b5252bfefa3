/** Models that lie in file systems other than this machine's own, or behind a URL. */
@NullMarked
package org.openclip.hub.remote;

import org.jspecify.annotations.NullMarked;

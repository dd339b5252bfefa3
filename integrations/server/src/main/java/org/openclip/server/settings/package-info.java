/** What a server serves, and within which bounds. */
@NullMarked
package org.openclip.server.settings;

import org.jspecify.annotations.NullMarked;

/** Requests as they come, and answers as they go: bounds, keys, errors and counts. */
@NullMarked
package org.openclip.server.http;

import org.jspecify.annotations.NullMarked;

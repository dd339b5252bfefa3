/** Backends, which turn a graph and weights into a running program. */
@NullMarked
package org.openclip.api.backend;

import org.jspecify.annotations.NullMarked;

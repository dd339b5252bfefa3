/** A server that answers with the vectors of models. */
@NullMarked
package org.openclip.server;

import org.jspecify.annotations.NullMarked;

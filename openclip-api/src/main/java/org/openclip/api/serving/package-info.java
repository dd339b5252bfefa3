/** A model that many threads ask at once, and that is there only while it is asked. */
@NullMarked
package org.openclip.api.serving;

import org.jspecify.annotations.NullMarked;

/** Tables of texts, read as pandas reads them. */
@NullMarked
package org.openclip.hub.table;

import org.jspecify.annotations.NullMarked;

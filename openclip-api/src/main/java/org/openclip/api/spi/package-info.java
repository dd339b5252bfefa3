/** What plugins implement, and the registry that finds them. */
@NullMarked
package org.openclip.api.spi;

import org.jspecify.annotations.NullMarked;

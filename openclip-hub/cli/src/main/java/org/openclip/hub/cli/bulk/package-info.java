/** The embedding of many pictures into numbered files, which goes on where it was interrupted. */
@NullMarked
package org.openclip.hub.cli.bulk;

import org.jspecify.annotations.NullMarked;

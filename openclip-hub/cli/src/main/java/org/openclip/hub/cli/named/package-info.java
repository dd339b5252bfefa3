/** Models by their names, of any kind: what commands show, write and download of them. */
@NullMarked
package org.openclip.hub.cli.named;

import org.jspecify.annotations.NullMarked;

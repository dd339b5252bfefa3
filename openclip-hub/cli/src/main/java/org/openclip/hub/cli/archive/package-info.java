/** Decompression of files that commands read. */
@NullMarked
package org.openclip.hub.cli.archive;

import org.jspecify.annotations.NullMarked;

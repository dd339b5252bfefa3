/** The command that measures how fast models run. */
@NullMarked
package org.openclip.hub.cli.benchmark;

import org.jspecify.annotations.NullMarked;

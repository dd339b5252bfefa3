/** The command line: finding commands, running them, and the commands that the hub brings. */
@NullMarked
package org.openclip.hub.cli;

import org.jspecify.annotations.NullMarked;

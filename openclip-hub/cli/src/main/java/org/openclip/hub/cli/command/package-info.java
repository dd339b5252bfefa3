/** The commands that the hub brings to the command line. */
@NullMarked
package org.openclip.hub.cli.command;

import org.jspecify.annotations.NullMarked;

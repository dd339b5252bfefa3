/**
 * Contains the main class of the command line, and classes that commands of all modules share.
 *
 * <p>A command is a {@link org.openclip.api.spi.CommandProvider} that passes its arguments to
 * {@link org.openclip.hub.cli.Arguments}. Its package must be opened to {@code info.picocli}.
 */
@NullMarked
package org.openclip.hub.cli;

import org.jspecify.annotations.NullMarked;

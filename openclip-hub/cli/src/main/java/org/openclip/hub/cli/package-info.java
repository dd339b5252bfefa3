/**
 * The command line: where it begins, and what commands share, those of other modules too. A command
 * is a {@link org.openclip.api.spi.CommandProvider} that hands its arguments to {@link
 * org.openclip.hub.cli.Arguments}; its package is opened to {@code info.picocli}.
 */
@NullMarked
package org.openclip.hub.cli;

import org.jspecify.annotations.NullMarked;

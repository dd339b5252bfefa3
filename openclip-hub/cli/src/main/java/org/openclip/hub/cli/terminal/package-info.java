/**
 * Draws tables, bars and progress on a terminal, in characters that it can show.
 *
 * <pre>{@code
 * Bars bars = new Bars(StandardCharsets.UTF_8, 32);
 * System.out.println(Printable.line("a cat") + " " + bars.bar(0.9));
 * }</pre>
 */
@NullMarked
package org.openclip.hub.cli.terminal;

import org.jspecify.annotations.NullMarked;

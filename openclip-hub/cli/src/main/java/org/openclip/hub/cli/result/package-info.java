/**
 * Writes the results of commands as tables, JSON lines, CSV or TSV, to the standard output or to a
 * file.
 *
 * <pre>{@code
 * JsonLines.print(System.out, Map.of("label", "a cat", "probability", 0.9));
 * DelimitedRows rows = new DelimitedRows(System.out, ResultFormat.CSV);
 * rows.row(List.of("a cat", 0.9));
 * }</pre>
 */
@NullMarked
package org.openclip.hub.cli.result;

import org.jspecify.annotations.NullMarked;

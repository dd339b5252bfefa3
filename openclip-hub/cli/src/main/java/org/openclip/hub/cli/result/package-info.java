/** The forms of results: tables, JSON lines, CSV and TSV, on the standard output or in a file. */
@NullMarked
package org.openclip.hub.cli.result;

import org.jspecify.annotations.NullMarked;

/**
 * Reads tables of texts as pandas reads them: CSV and TSV files whose first row names the columns.
 *
 * <pre>{@code
 * try (InputStream stream = Files.newInputStream(Path.of("captions.tsv"))) {
 *   var table = new org.openclip.hub.table.Table("captions.tsv", stream, '\t');
 *   int title = table.columns().indexOf("title");
 *   for (List<String> row = table.next(); row != null; row = table.next()) {
 *     System.out.println(row.get(title));
 *   }
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.hub.table;

import org.jspecify.annotations.NullMarked;

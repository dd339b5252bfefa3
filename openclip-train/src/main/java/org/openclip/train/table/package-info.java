/**
 * Reads samples from tables: CSV and TSV files with a column of images and one of captions.
 *
 * <pre>{@code
 * List<Sample> samples = CsvFile.read(Path.of("cc3m.tsv"), '\t', "filepath", "title");
 * Dataset dataset = new ListedDataset(samples, true);
 * }</pre>
 */
@NullMarked
package org.openclip.train.table;

import org.jspecify.annotations.NullMarked;

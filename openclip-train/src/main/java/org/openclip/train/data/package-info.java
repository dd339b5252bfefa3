/**
 * Defines samples and datasets, and builds batches for training. The packages {@code shard}, {@code
 * table} and {@code folder} read datasets from tar shards (WebDataset), tables and image folders.
 *
 * <p>A {@link org.openclip.train.data.Dataset} opens a stream of {@link
 * org.openclip.train.data.Sample}s in an order that depends on the seed and the epoch only. A
 * {@link org.openclip.train.data.BatchLoader} preprocesses samples in several threads and collects
 * them into batches.
 *
 * <pre>{@code
 * Dataset dataset = LabelledFolder.list(Path.of("pets/train")).dataset(true);
 * Faults faults = new Faults();
 * try (SampleStream samples = dataset.open(new Order(42, 0, 0, 1), faults)) {
 *   for (Sample sample = samples.next(); sample != null; sample = samples.next()) {
 *     System.out.println(sample.key());
 *   }
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.train.data;

import org.jspecify.annotations.NullMarked;

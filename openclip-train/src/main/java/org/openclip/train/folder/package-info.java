/**
 * Reads samples from image folders: one folder for each class, or images with caption files.
 *
 * <pre>{@code
 * LabelledFolder pets = LabelledFolder.list(Path.of("pets/train"));
 * System.out.println(pets.classes());
 * Dataset dataset = pets.dataset(true);
 * }</pre>
 */
@NullMarked
package org.openclip.train.folder;

import org.jspecify.annotations.NullMarked;

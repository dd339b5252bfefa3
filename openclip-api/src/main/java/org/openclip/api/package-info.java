/**
 * Contains the exceptions of OpenCLIP.
 *
 * <p>{@link org.openclip.api.OpenClipException} is the base class. Its subclasses carry data, such
 * as the name of a file or the nearest known names. All of them are unchecked. {@link
 * org.openclip.api.InterruptedCallException} is separate: it reports an interrupt, not an error.
 *
 * <pre>{@code
 * try {
 *   Embeddings embeddings = model.encodeImages(List.of(Path.of("cat.png")));
 * } catch (InvalidInputException e) {
 *   System.err.println(e.getMessage()); // the file is missing or not an image
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.api;

import org.jspecify.annotations.NullMarked;

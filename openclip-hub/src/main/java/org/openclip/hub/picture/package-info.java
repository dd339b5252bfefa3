/**
 * Finds and reads image files.
 *
 * <pre>{@code
 * PluginRegistry plugins = PluginRegistry.create();
 * PictureFiles reader = new PictureFiles(plugins);
 * for (Path file : PictureFolder.list(Path.of("pictures"), plugins).pictures()) {
 *   Image image = reader.read(file);
 *   System.out.println(file + " " + image.width() + " x " + image.height());
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.hub.picture;

import org.jspecify.annotations.NullMarked;

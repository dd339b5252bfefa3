/**
 * Reads models and data from other file systems and URLs.
 *
 * <p>{@link org.openclip.hub.remote.RemoteFiles} opens local files, {@code https:} URLs and files
 * of any {@code java.nio} file system, such as {@code s3:}.
 *
 * <pre>{@code
 * RemoteFiles files = new RemoteFiles();
 * try (InputStream stream = files.open("https://example.org/shards/00000.tar")) {
 *   byte[] start = stream.readNBytes(512);
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.hub.remote;

import org.jspecify.annotations.NullMarked;

/**
 * Reads and writes the files of models.
 *
 * <p>{@link org.openclip.hub.io.JsonObjects} parses JSON strictly. {@link
 * org.openclip.hub.io.AtomicFile} writes files that appear under their name only when they are
 * complete.
 *
 * <pre>{@code
 * Map<String, Object> json = Map.of("embed_dim", 512);
 * byte[] text = JsonObjects.write(json).getBytes(StandardCharsets.UTF_8);
 * AtomicFile.write(Path.of("config.json"), channel -> channel.write(ByteBuffer.wrap(text)));
 * }</pre>
 */
@NullMarked
package org.openclip.hub.io;

import org.jspecify.annotations.NullMarked;

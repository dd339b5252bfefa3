/**
 * Reads samples from tar shards in the WebDataset format.
 *
 * <p>A {@link org.openclip.train.shard.ShardList} expands a pattern of shards. A {@link
 * org.openclip.train.shard.WebDataset} reads the shards as a {@link
 * org.openclip.train.data.Dataset}.
 *
 * <pre>{@code
 * ShardList shards = ShardList.of("cc3m/{00000..00331}.tar", null);
 * Dataset dataset =
 *     new WebDataset(shards, false, true, WebDataset.BUFFER, OptionalLong.of(2_905_954));
 * }</pre>
 */
@NullMarked
package org.openclip.train.shard;

import org.jspecify.annotations.NullMarked;

/** The data of the embedded model: pictures of emoji from packages, as shards and folders. */
@NullMarked
package org.openclip.examples.emoji;

import org.jspecify.annotations.NullMarked;

/** Fashion-MNIST as shards to train on and folders to test with. */
@NullMarked
package org.openclip.examples.fashion;

import org.jspecify.annotations.NullMarked;

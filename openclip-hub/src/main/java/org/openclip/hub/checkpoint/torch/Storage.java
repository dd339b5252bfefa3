package org.openclip.hub.checkpoint.torch;

import org.jspecify.annotations.Nullable;

/**
 * A named run of elements in a checkpoint, which tensors are views of.
 *
 * @param key its name in the file
 * @param type the type of its elements; null when they are bytes without a type
 * @param elements how many the pickle promises; bytes when there is no type
 */
record Storage(String key, @Nullable ElementType type, long elements) {}

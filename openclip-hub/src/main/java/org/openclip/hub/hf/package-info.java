/**
 * Downloads models from the Hugging Face hub and publishes models there. The cache is shared with
 * the Python library huggingface_hub.
 */
@NullMarked
package org.openclip.hub.hf;

import org.jspecify.annotations.NullMarked;

/**
 * The Hugging Face hub: its API, its cache on this machine, which is that of the Python library,
 * and the way of models from and to it.
 */
@NullMarked
package org.openclip.hub.hf;

import org.jspecify.annotations.NullMarked;

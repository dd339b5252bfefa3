/** Exports a model to the file format of a runtime, or as a folder of Hugging Face transformers. */
@NullMarked
package org.openclip.hub.export;

import org.jspecify.annotations.NullMarked;

/** What users of OpenCLIP hold: models, embeddings and the exceptions they may meet. */
@NullMarked
package org.openclip.api;

import org.jspecify.annotations.NullMarked;

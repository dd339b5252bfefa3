/** OpenCLIP as an embedding model of langchain4j, for texts and pictures. */
@NullMarked
package org.openclip.langchain4j;

import org.jspecify.annotations.NullMarked;

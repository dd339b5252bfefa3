/**
 * Repairs damaged text: text decoded with a wrong encoding, HTML entities, curly quotes, ligatures
 * and control characters.
 *
 * <p>The steps and their order are those of ftfy 6.3.1 with its default configuration (Robyn Speer,
 * <i>ftfy</i>, 2019, doi:10.5281/zenodo.2591652), which CLIP applied to its training captions.
 * Another order would give other tokens.
 */
@NullMarked
package org.openclip.models.text.repair;

import org.jspecify.annotations.NullMarked;

/**
 * Training on images of any shape (NaFlex; Dehghani et al. 2023, NaViT, arXiv 2307.06304): batches
 * of patches whose length is drawn for each batch.
 */
@NullMarked
package org.openclip.train.naflex;

import org.jspecify.annotations.NullMarked;

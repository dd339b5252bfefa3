/**
 * Training of generative models (GenLIP): the loss is the mean cross-entropy of the tokens of
 * captions, each predicted from the image and the tokens before it.
 */
@NullMarked
package org.openclip.train.generative;

import org.jspecify.annotations.NullMarked;

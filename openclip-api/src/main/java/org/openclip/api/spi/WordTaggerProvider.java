package org.openclip.api.spi;

import org.openclip.api.text.WordTagger;

/** A plugin that tells parts of speech, which the reduction mask {@code syntax} needs. */
public interface WordTaggerProvider extends Provider {
  /** Creates a tagger. */
  WordTagger create();
}

package org.openclip.api.spi;

import org.openclip.api.text.WordTagger;

/** A plugin that adds a part-of-speech tagger, which the reduction mask {@code syntax} needs. */
public interface WordTaggerProvider extends Provider {
  /** Creates a tagger. */
  WordTagger create();
}

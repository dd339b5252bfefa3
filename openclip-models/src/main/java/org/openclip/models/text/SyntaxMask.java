package org.openclip.models.text;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openclip.api.text.WordTagger;
import org.openclip.api.text.WordTagger.TaggedWord;

/**
 * The shortening of texts to their telling words: nouns are kept first, then adjectives, verbs, and
 * the rest, each from the left (Li et al. 2023, CLIPA, arXiv 2305.07017).
 *
 * @param tagger splits texts into words and knows their parts of speech
 */
record SyntaxMask(WordTagger tagger) {
  /** Returns the words that are kept, in the order of the text, with one space between them. */
  String shorten(String text, int mostWords) {
    List<TaggedWord> words = tagger.tag(text);
    return IntStream.range(0, words.size())
        .boxed()
        .sorted(Comparator.comparing(i -> words.get(i).part()))
        .limit(Math.max(0, mostWords))
        .sorted()
        .map(i -> words.get(i).word())
        .collect(Collectors.joining(" "));
  }
}

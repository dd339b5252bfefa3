package org.openclip.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.ScoreDoc;
import org.openclip.api.InvalidInputException;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.storage.Schema;
import org.openclip.search.storage.Vectors;

/**
 * Groups of pictures that are alike: two are in one group when their cosine reaches a threshold, or
 * when a chain of such pairs joins them. Memory is needed for a whole number for each picture, and
 * for the groups that are found.
 */
public final class DuplicateGroups {
  /** Up to so many pictures, each is compared with each. */
  private static final int FEW = 3000;

  private static final int NEIGHBOURS = 32;
  private static final int MOST_NEIGHBOURS = 2048;

  private DuplicateGroups() {}

  /**
   * A group.
   *
   * @param pictures at least two, sorted by path
   * @param least the smallest cosine of the first with another: below the threshold where a chain
   *     joins them
   */
  public record Group(List<IndexedPicture> pictures, float least) {
    /** Copies the list. */
    public Group {
      pictures = List.copyOf(pictures);
    }
  }

  /** Is told how far it is. */
  public interface Listener {
    /**
     * Takes note of it.
     *
     * @param pictures how many were compared so far
     */
    void done(long pictures);
  }

  /**
   * Finds the groups of an index, the largest first.
   *
   * @param threshold the least cosine of two that are alike, above 0 and up to 1
   * @param exact whether each is compared with each, however many there are; else pictures of large
   *     indexes are compared with their neighbours in its graph, which misses a pair now and then
   */
  public static List<Group> find(
      PictureIndex index, double threshold, boolean exact, Listener listener) {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new InvalidInputException(
          "the threshold is " + threshold + ", but must be above 0 and at most 1");
    }
    return index.with(searcher -> new Search(searcher, threshold, exact, listener).groups());
  }

  /** One search for groups. */
  private static final class Search {
    private final IndexSearcher searcher;
    private final float threshold;
    private final boolean all;
    private final Listener listener;
    private final int[] parents;
    private long done;

    Search(IndexSearcher searcher, double threshold, boolean exact, Listener listener) {
      this.searcher = searcher;
      // What is the same but for rounding has a cosine of nearly 1.
      this.threshold = (float) Math.min(threshold, 1 - 1e-6);
      this.all = exact || searcher.getIndexReader().numDocs() <= FEW;
      this.listener = listener;
      this.parents = new int[searcher.getIndexReader().maxDoc()];
      Arrays.setAll(parents, i -> i);
    }

    List<Group> groups() throws IOException {
      Vectors.forEach(searcher, MatchAllDocsQuery.INSTANCE, this::join);
      Map<Integer, List<Integer>> members = new LinkedHashMap<>();
      for (int doc = 0; doc < parents.length; doc++) {
        int root = root(doc);
        if (root != doc) {
          members.computeIfAbsent(root, r -> new ArrayList<>(List.of(r))).add(doc);
        }
      }
      List<Group> groups = new ArrayList<>();
      for (List<Integer> documents : members.values()) {
        groups.add(group(documents));
      }
      groups.sort(
          (a, b) ->
              a.pictures().size() != b.pictures().size()
                  ? b.pictures().size() - a.pictures().size()
                  : a.pictures().get(0).path().compareTo(b.pictures().get(0).path()));
      return groups;
    }

    /** Joins a picture with those that are like it. */
    private void join(int document, float[] read) throws IOException {
      float[] vector = read.clone();
      if (all) {
        Vectors.forEach(
            searcher,
            MatchAllDocsQuery.INSTANCE,
            (other, theirs) -> {
              if (other < document && Vectors.cosine(vector, theirs) >= threshold) {
                unite(document, other);
              }
            });
      } else {
        near(document, vector);
      }
      listener.done(++done);
    }

    /** Asks for more neighbours as long as all of them are alike. */
    private void near(int document, float[] vector) throws IOException {
      for (int count = NEIGHBOURS; ; count *= 4) {
        ScoreDoc[] found =
            searcher.search(new KnnFloatVectorQuery(Schema.VECTOR, vector, count), count).scoreDocs;
        List<ScoreDoc> ranked = Vectors.rank(searcher, found, vector, count);
        for (ScoreDoc other : ranked) {
          if (other.score >= threshold && other.doc != document) {
            unite(document, other.doc);
          }
        }
        if (ranked.size() < count
            || ranked.get(ranked.size() - 1).score < threshold
            || count >= MOST_NEIGHBOURS) {
          return;
        }
      }
    }

    private int root(int document) {
      int at = document;
      while (parents[at] != at) {
        parents[at] = parents[parents[at]];
        at = parents[at];
      }
      return at;
    }

    private void unite(int a, int b) {
      int first = root(a);
      int second = root(b);
      parents[Math.max(first, second)] = Math.min(first, second);
    }

    @SuppressWarnings("ArrayRecordComponent") // nobody compares members
    private record Member(IndexedPicture picture, float[] vector) {}

    private Group group(List<Integer> documents) throws IOException {
      StoredFields stored = searcher.storedFields();
      List<Member> members = new ArrayList<>();
      for (int doc : documents) {
        members.add(new Member(Schema.picture(stored.document(doc)), Vectors.of(searcher, doc)));
      }
      members.sort((a, b) -> a.picture().path().compareTo(b.picture().path()));
      float least = 1;
      for (Member member : members) {
        least = Math.min(least, Vectors.cosine(members.get(0).vector(), member.vector()));
      }
      return new Group(members.stream().map(Member::picture).toList(), least);
    }
  }
}

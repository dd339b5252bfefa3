package org.openclip.search.storage;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;

/** The whole vectors of an index. */
public final class Vectors {
  private static final Comparator<ScoreDoc> BEST_FIRST =
      Comparator.<ScoreDoc>comparingDouble(d -> -d.score).thenComparingInt(d -> d.doc);

  private Vectors() {}

  /** Returns a vector scaled to length 1. */
  public static float[] unit(float[] vector) {
    double square = 0;
    for (float number : vector) {
      square += (double) number * number;
    }
    if (!(square > 0) || Double.isInfinite(square)) {
      throw new InvalidInputException("a vector must have finite numbers that are not all 0");
    }
    double length = Math.sqrt(square);
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] / length);
    }
    return unit;
  }

  /** Returns the product of two vectors of length 1, their cosine. */
  public static float cosine(float[] a, float[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int k = 0;
    for (; k + 4 <= a.length; k += 4) {
      s0 += (double) a[k] * b[k];
      s1 += (double) a[k + 1] * b[k + 1];
      s2 += (double) a[k + 2] * b[k + 2];
      s3 += (double) a[k + 3] * b[k + 3];
    }
    for (; k < a.length; k++) {
      s0 += (double) a[k] * b[k];
    }
    return (float) Math.clamp(s0 + s1 + s2 + s3, -1.0, 1.0);
  }

  /** Returns the vector of a document. */
  public static float[] of(LeafReader leaf, int document) throws IOException {
    FloatVectorValues values = leaf.getFloatVectorValues(Schema.VECTOR);
    KnnVectorValues.DocIndexIterator each = values.iterator();
    if (each.advance(document) != document) {
      throw new IOException("document " + document + " has no vector");
    }
    return values.vectorValue(each.index()).clone();
  }

  /** Returns the vector of a document of the whole index. */
  public static float[] of(IndexSearcher searcher, int document) throws IOException {
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(document, leaves));
    return of(leaf.reader(), document - leaf.docBase);
  }

  /** Ranks candidates by their whole vectors and returns the best. */
  public static List<ScoreDoc> rank(
      IndexSearcher searcher, ScoreDoc[] candidates, float[] unit, int top) throws IOException {
    ScoreDoc[] sorted = candidates.clone();
    Arrays.sort(sorted, Comparator.comparingInt(d -> d.doc));
    int at = 0;
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      int end = leaf.docBase + leaf.reader().maxDoc();
      if (at == sorted.length || sorted[at].doc >= end) {
        continue;
      }
      FloatVectorValues values = leaf.reader().getFloatVectorValues(Schema.VECTOR);
      KnnVectorValues.DocIndexIterator each = values.iterator();
      for (; at < sorted.length && sorted[at].doc < end; at++) {
        each.advance(sorted[at].doc - leaf.docBase);
        sorted[at] = new ScoreDoc(sorted[at].doc, cosine(unit, values.vectorValue(each.index())));
      }
    }
    return Arrays.stream(sorted).sorted(BEST_FIRST).limit(top).toList();
  }

  /** Compares all pictures that a filter passes and returns the best. */
  public static List<ScoreDoc> best(IndexSearcher searcher, Query filter, float[] unit, int top)
      throws IOException {
    PriorityQueue<ScoreDoc> best = new PriorityQueue<>(BEST_FIRST.reversed());
    forEach(
        searcher,
        filter,
        (document, vector) -> {
          best.add(new ScoreDoc(document, cosine(unit, vector)));
          if (best.size() > top) {
            best.remove();
          }
        });
    return best.stream().sorted(BEST_FIRST).toList();
  }

  /** Takes a document and its vector. */
  public interface Visitor {
    /**
     * Takes them.
     *
     * @param document its number in the whole index
     * @param vector valid until this returns
     */
    void visit(int document, float[] vector) throws IOException;
  }

  /** Visits all pictures that a filter passes, in the order of the index. */
  public static void forEach(IndexSearcher searcher, Query filter, Visitor visitor)
      throws IOException {
    Weight weight =
        searcher.createWeight(
            searcher.rewrite(new ConstantScoreQuery(filter)), ScoreMode.COMPLETE_NO_SCORES, 1);
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      FloatVectorValues values = leaf.reader().getFloatVectorValues(Schema.VECTOR);
      Scorer scorer = weight.scorer(leaf);
      if (values == null || scorer == null) {
        continue;
      }
      KnnVectorValues.DocIndexIterator each = values.iterator();
      Bits live = leaf.reader().getLiveDocs();
      DocIdSetIterator passing = scorer.iterator();
      for (int doc = passing.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = passing.nextDoc()) {
        if ((live == null || live.get(doc)) && each.advance(doc) == doc) {
          visitor.visit(leaf.docBase + doc, values.vectorValue(each.index()));
        }
        if ((doc & 0xfff) == 0) {
          InterruptedCallException.check("an index was searched");
        }
      }
    }
  }
}

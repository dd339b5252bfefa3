package org.openclip.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.query.Filter;
import org.openclip.search.query.Hit;
import org.openclip.search.query.SearchRequest;
import org.openclip.search.storage.FilterQueries;
import org.openclip.search.storage.IndexFolder;
import org.openclip.search.storage.Schema;
import org.openclip.search.storage.Vectors;
import org.openclip.search.storage.WholeSegments;

/**
 * An index of pictures that is searched. It shows what was there when it was opened or last {@link
 * #refresh refreshed}, while another process may go on filling it.
 *
 * <p>Safe for many threads at once. It maps files: close it after its last use; closing twice is
 * harmless.
 */
public final class PictureIndex implements AutoCloseable {
  /** Up to so many pictures, each is compared. */
  private static final int FEW = 10_000;

  /** How many candidates are looked for at least, and for each picture that is wanted. */
  private static final int CANDIDATES = 100;

  private static final int CANDIDATES_EACH = 5;

  private final Path folder;
  private final Directory directory;
  private final IndexFacts facts;
  private final SearcherManager searchers;
  private final long lost;

  private PictureIndex(
      Path folder, Directory directory, IndexFacts facts, SearcherManager searchers, long lost) {
    this.folder = folder;
    this.directory = directory;
    this.facts = facts;
    this.searchers = searchers;
    this.lost = lost;
  }

  /**
   * Opens an index. Of one that is damaged, what is whole is opened; {@link #lost} tells how much
   * is not.
   *
   * @throws InvalidInputException when there is no index
   * @throws InvalidFileException when nothing of it can be read
   */
  public static PictureIndex open(Path folder) {
    Directory directory = IndexFolder.existing(folder);
    boolean opened = false;
    try {
      IndexFacts facts = IndexFolder.facts(folder, directory);
      WholeSegments segments = segments(directory);
      SearcherManager searchers = new SearcherManager(segments.reader(), null);
      opened = true;
      return new PictureIndex(folder, directory, facts, searchers, segments.lost());
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "opened", e);
    } finally {
      if (!opened) {
        close(folder, directory);
      }
    }
  }

  /** Returns whether a folder holds an index, whole or not. */
  public static boolean exists(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Directory directory = FSDirectory.open(folder)) {
      return DirectoryReader.indexExists(directory);
    } catch (IOException e) {
      return false;
    }
  }

  private static WholeSegments segments(Directory directory) throws IOException {
    try {
      return new WholeSegments(DirectoryReader.open(directory), 0);
    } catch (IOException | IllegalArgumentException e) {
      if (!IndexFolder.isDamage(e)) {
        throw e;
      }
      return WholeSegments.open(directory);
    }
  }

  private static void close(Path folder, Directory directory) {
    try {
      directory.close();
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "closed", e);
    }
  }

  /** Returns what the index says of itself. */
  public IndexFacts facts() {
    return facts;
  }

  /** Returns how many pictures cannot be searched because their part of the index is damaged. */
  public long lost() {
    return lost;
  }

  /** Returns how many pictures can be searched. */
  public int size() {
    return with(searcher -> searcher.getIndexReader().numDocs());
  }

  /** Makes what was written since then visible; searches under way go on with what they have. */
  public void refresh() {
    if (lost == 0) {
      with(
          searcher -> {
            searchers.maybeRefreshBlocking();
            return true;
          });
    }
  }

  /**
   * Checks that vectors of a model can be compared with those of this index.
   *
   * @throws InvalidInputException when they cannot
   */
  public void check(ClipModel model) {
    facts.check(folder.toString(), model.fingerprint(), model.name());
  }

  /**
   * Returns the pictures whose vectors are nearest to one, best first; equal ones in an order that
   * stays.
   *
   * @throws InvalidInputException when the vector has another width, or a filter a field that is
   *     not there
   */
  public List<Hit> search(SearchRequest request) {
    return search(request, FEW);
  }

  /**
   * Searches.
   *
   * @param few up to how many pictures each is compared
   */
  List<Hit> search(SearchRequest request, int few) {
    if (request.vector().length != facts.dimensions()) {
      throw new InvalidInputException(
          "%s contains vectors of %s numbers, but the query vector has %s"
              .formatted(folder, facts.dimensions(), request.vector().length));
    }
    float[] unit = Vectors.unit(request.vector());
    Query filter = new FilterQueries(facts).all(request.filters());
    return with(searcher -> hits(searcher, found(searcher, request, filter, unit, few)));
  }

  private static List<ScoreDoc> found(
      IndexSearcher searcher, SearchRequest request, Query filter, float[] unit, int few)
      throws IOException {
    boolean filtered = !request.filters().isEmpty();
    int among = filtered ? searcher.count(filter) : searcher.getIndexReader().numDocs();
    int candidates = Math.max(CANDIDATES, CANDIDATES_EACH * request.top());
    if (request.exact() || among <= Math.max(few, candidates)) {
      return Vectors.best(searcher, filter, unit, request.top());
    }
    KnnFloatVectorQuery near =
        new KnnFloatVectorQuery(Schema.VECTOR, unit, candidates, filtered ? filter : null);
    TopDocs best = searcher.search(near, candidates);
    return Vectors.rank(searcher, best.scoreDocs, unit, request.top());
  }

  private static List<Hit> hits(IndexSearcher searcher, List<ScoreDoc> found) throws IOException {
    StoredFields stored = searcher.storedFields();
    List<Hit> hits = new ArrayList<>(found.size());
    for (ScoreDoc doc : found) {
      hits.add(new Hit(Schema.picture(stored.document(doc.doc)), doc.score));
    }
    return hits;
  }

  /** Returns the vector of a picture, of length 1; empty when it is not in the index. */
  public Optional<float[]> vector(String path) {
    return with(
        searcher -> {
          TopDocs found = searcher.search(new TermQuery(Schema.key(path)), 1);
          if (found.scoreDocs.length == 0) {
            return Optional.empty();
          }
          return Optional.of(Vectors.of(searcher, found.scoreDocs[0].doc));
        });
  }

  /** Takes a picture and its vector. */
  public interface Visitor {
    /**
     * Takes them.
     *
     * @param vector {@code float[dimensions]} of length 1; valid until this returns
     */
    void visit(IndexedPicture picture, float[] vector);
  }

  /** Visits all pictures that pass some filters, in the order of the index. */
  public void forEach(List<Filter> filters, Visitor visitor) {
    Query filter = new FilterQueries(facts).all(filters);
    with(
        searcher -> {
          StoredFields stored = searcher.storedFields();
          Vectors.forEach(
              searcher,
              filter,
              (doc, vector) -> visitor.visit(Schema.picture(stored.document(doc)), vector));
          return true;
        });
  }

  /** What is done with a searcher. */
  interface Work<T> {
    T with(IndexSearcher searcher) throws IOException;
  }

  <T> T with(Work<T> work) {
    try {
      IndexSearcher searcher = searchers.acquire();
      try {
        return work.with(searcher);
      } finally {
        searchers.release(searcher);
      }
    } catch (AlreadyClosedException e) {
      throw new ClosedException("index " + folder);
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "read", e);
    }
  }

  /**
   * Closes it once searches under way have ended.
   *
   * @throws OpenClipException when the system does not let go of its files
   */
  @Override
  public void close() {
    try {
      searchers.close();
      directory.close();
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "closed", e);
    }
  }
}

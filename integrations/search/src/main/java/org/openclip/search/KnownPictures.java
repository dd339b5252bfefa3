package org.openclip.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.storage.IndexFolder;
import org.openclip.search.storage.Schema;
import org.openclip.search.storage.Vectors;

/**
 * The pictures that an index holds when a writer begins to bring it up to date. Its owner closes
 * it.
 */
final class KnownPictures implements AutoCloseable {
  private final Path folder;
  private final DirectoryReader reader;

  private KnownPictures(Path folder, DirectoryReader reader) {
    this.folder = folder;
    this.reader = reader;
  }

  /**
   * A picture, as far as it tells whether its file has changed.
   *
   * @param document its number
   * @param about tells whether what is known about it has changed
   */
  record Known(int document, String path, long size, long modified, long about) {}

  static KnownPictures of(Path folder, PictureIndexWriter writer) {
    return new KnownPictures(folder, writer.reader());
  }

  /** Hands over all pictures. */
  void forEach(Consumer<Known> each) {
    try {
      for (LeafReaderContext context : reader.leaves()) {
        forEach(context, each);
      }
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "read", e);
    }
  }

  private static void forEach(LeafReaderContext context, Consumer<Known> each) throws IOException {
    LeafReader leaf = context.reader();
    BinaryDocValues paths = leaf.getBinaryDocValues(Schema.PATH_VALUE);
    NumericDocValues sizes = leaf.getNumericDocValues(Schema.SIZE);
    NumericDocValues times = leaf.getNumericDocValues(Schema.MODIFIED);
    NumericDocValues abouts = leaf.getNumericDocValues(Schema.ABOUT);
    Bits live = leaf.getLiveDocs();
    for (int doc = 0; doc < leaf.maxDoc(); doc++) {
      if ((live == null || live.get(doc)) && paths.advanceExact(doc)) {
        each.accept(
            new Known(
                context.docBase + doc,
                paths.binaryValue().utf8ToString(),
                number(sizes, doc),
                number(times, doc),
                number(abouts, doc)));
      }
    }
  }

  private static long number(@Nullable NumericDocValues values, int doc) throws IOException {
    return values != null && values.advanceExact(doc) ? values.longValue() : -1;
  }

  /** Returns everything that is stored of a picture. */
  IndexedPicture picture(Known known) {
    try {
      return Schema.picture(reader.storedFields().document(known.document()));
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "read", e);
    }
  }

  /** Returns the vector of a picture. */
  float[] vector(Known known) {
    try {
      LeafReaderContext leaf =
          reader.leaves().get(ReaderUtil.subIndex(known.document(), reader.leaves()));
      return Vectors.of(leaf.reader(), known.document() - leaf.docBase);
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "read", e);
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "closed", e);
    }
  }
}

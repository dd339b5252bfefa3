package org.openclip.search.storage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;

/**
 * The part of a damaged index that is whole. Nothing is written to the index: a list of the whole
 * segments is kept in memory and read in the place of the index's own.
 *
 * @param reader over the whole segments
 * @param lost how many pictures the damaged ones held
 */
public record WholeSegments(DirectoryReader reader, long lost) {
  /**
   * Opens what can be opened.
   *
   * @throws IOException when not even the list of segments can be read
   */
  public static WholeSegments open(Directory directory) throws IOException {
    SegmentInfos infos = SegmentInfos.readLatestCommit(directory);
    long lost = 0;
    List<SegmentCommitInfo> whole = new ArrayList<>();
    for (SegmentCommitInfo segment : infos) {
      if (isWhole(directory, infos, segment)) {
        whole.add(segment);
      } else {
        lost += segment.info.maxDoc() - segment.getDelCount();
      }
    }
    return new WholeSegments(DirectoryReader.open(listing(directory, infos, whole)), lost);
  }

  private static boolean isWhole(
      Directory directory, SegmentInfos infos, SegmentCommitInfo segment) {
    try (DirectoryReader reader =
        DirectoryReader.open(listing(directory, infos, List.of(segment)))) {
      for (LeafReaderContext leaf : reader.leaves()) {
        leaf.reader().checkIntegrity();
      }
      return true;
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      return false;
    }
  }

  /** Returns the directory with a list of some segments in the place of its own. */
  private static Directory listing(
      Directory directory, SegmentInfos infos, List<SegmentCommitInfo> segments)
      throws IOException {
    SegmentInfos some = infos.clone();
    List.copyOf(some.asList()).forEach(some::remove);
    segments.forEach(segment -> some.add(segment.clone()));
    Directory overlay = new Overlay(directory);
    some.commit(overlay);
    return overlay;
  }

  /** A directory whose lists of segments are kept in memory. */
  private static final class Overlay extends FilterDirectory {
    private final ByteBuffersDirectory lists = new ByteBuffersDirectory();

    Overlay(Directory base) {
      super(base);
    }

    private static boolean isList(String name) {
      return name.startsWith(IndexFileNames.SEGMENTS)
          || name.startsWith(IndexFileNames.PENDING_SEGMENTS);
    }

    @Override
    public String[] listAll() throws IOException {
      List<String> names = new ArrayList<>(List.of(lists.listAll()));
      for (String name : super.listAll()) {
        if (!isList(name)) {
          names.add(name);
        }
      }
      return names.stream().sorted().toArray(String[]::new);
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
      if (!isList(name)) {
        throw new IOException("a damaged index is read-only");
      }
      return lists.createOutput(name, context);
    }

    @Override
    public IndexInput openInput(String name, IOContext context) throws IOException {
      return isList(name) ? lists.openInput(name, context) : super.openInput(name, context);
    }

    @Override
    public long fileLength(String name) throws IOException {
      return isList(name) ? lists.fileLength(name) : super.fileLength(name);
    }

    @Override
    public void deleteFile(String name) throws IOException {
      if (isList(name)) {
        lists.deleteFile(name);
      }
    }

    @Override
    public void rename(String from, String to) throws IOException {
      lists.rename(from, to);
    }

    @Override
    public void sync(Collection<String> names) {}

    @Override
    public void syncMetaData() {}

    @Override
    public void close() {}
  }
}

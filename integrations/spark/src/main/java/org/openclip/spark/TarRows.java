package org.openclip.spark;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Timestamp;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.PictureSource;
import org.tukaani.xz.XZInputStream;

/**
 * The pictures of a tar archive as rows, read as they come. What is wrong with the archive is told
 * by a last row, behind those of the pictures that are whole.
 */
final class TarRows implements Iterator<Row>, AutoCloseable {
  private static final int BUFFER = 1 << 20;

  /** The most memory that unpacking xz may take; {@code xz -9} needs an eighth of it. */
  private static final int MOST_KIBIBYTES = 512 << 10;

  private final Row archive;
  private final Set<String> endings;
  private @Nullable Tar tar;
  private @Nullable Row ready;
  private boolean any;
  private boolean ended;

  /**
   * Creates the rows of an archive.
   *
   * @param archive its path first
   * @param endings of pictures
   */
  TarRows(Row archive, Set<String> endings) {
    this.archive = archive;
    this.endings = endings;
  }

  /** An archive that knows whether its end was marked, as that of a whole one is. */
  private static final class Tar extends TarArchiveInputStream {
    private boolean cut;

    Tar(InputStream stream) {
      super(stream);
    }

    @Override
    protected boolean isEOFRecord(byte @Nullable [] record) {
      cut |= record == null;
      return super.isEOFRecord(record);
    }
  }

  /** Opens the archive; a failure is told by the only row. */
  void open(Configuration files) {
    try {
      Path file = new Path(archive.getString(0));
      tar = new Tar(unpacked(file.getFileSystem(files).open(file)));
    } catch (IOException | IllegalArgumentException e) {
      end("cannot be read: " + e);
    }
  }

  private InputStream unpacked(InputStream raw) throws IOException {
    InputStream stream = new BufferedInputStream(raw, BUFFER);
    String name = archive.getString(0).toLowerCase(Locale.ROOT);
    try {
      if (name.endsWith("gz")) {
        return new GZIPInputStream(stream, BUFFER);
      }
      if (name.matches(".*bz2?")) {
        return new BZip2CompressorInputStream(stream, true);
      }
      if (name.endsWith("xz")) {
        return new XZInputStream(stream, MOST_KIBIBYTES);
      }
      return name.endsWith("zst") ? new ZstdCompressorInputStream(stream) : stream;
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  @Override
  public boolean hasNext() {
    if (ready == null && !ended && tar != null) {
      try {
        advance(tar);
      } catch (IOException | IllegalArgumentException e) {
        end("is damaged: " + e);
      }
    }
    return ready != null;
  }

  @Override
  public Row next() {
    if (!hasNext() || ready == null) {
      throw new NoSuchElementException();
    }
    Row row = ready;
    ready = null;
    return row;
  }

  private void advance(Tar open) throws IOException {
    TarArchiveEntry entry;
    do {
      entry = open.getNextEntry();
    } while (entry != null && !isPicture(entry));
    if (entry != null) {
      ready = picture(open, entry);
      any = true;
    } else if (open.cut) {
      end("ends without the mark of an archive's end, so it was cut");
    } else if (!any) {
      end("has no picture");
    } else {
      ended = true;
      close();
    }
  }

  private boolean isPicture(TarArchiveEntry entry) {
    String name = entry.getName().toLowerCase(Locale.ROOT);
    return entry.isFile()
        && !entry.isLink()
        && !entry.isSymbolicLink()
        && endings.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  private Row picture(Tar open, TarArchiveEntry entry) throws IOException {
    String path = archive.getString(0) + "!/" + entry.getName();
    Timestamp time = Timestamp.from(entry.getLastModifiedTime().toInstant());
    if (entry.getSize() > PictureSource.MOST_BYTES) {
      String fault =
          "%s has %s bytes, but a picture may have at most %s"
              .formatted(path, entry.getSize(), PictureSource.MOST_BYTES);
      return row(path, entry.getSize(), time, null, fault);
    }
    byte[] bytes = open.readNBytes((int) entry.getSize());
    if (bytes.length < entry.getSize()) {
      throw new IOException("it ends in the middle of " + entry.getName());
    }
    return row(path, entry.getSize(), time, bytes, null);
  }

  private void end(String fault) {
    String path = archive.getString(0);
    ready = row(path, null, null, null, path + " " + fault);
    ended = true;
    close();
  }

  private Row row(
      String path,
      @Nullable Long length,
      @Nullable Timestamp time,
      byte @Nullable [] content,
      @Nullable String fault) {
    return RowFactory.create(
        archive.get(0), archive.get(1), archive.get(2), path, length, time, content, fault);
  }

  @Override
  public void close() {
    try {
      if (tar != null) {
        tar.close();
      }
    } catch (IOException e) {
      System.getLogger(TarRows.class.getName())
          .log(System.Logger.Level.DEBUG, "closing " + archive.getString(0), e);
    }
  }
}

package org.openclip.hub.cli.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/** Reads a tar archive, and detects one that was truncated between two members. */
public final class TarStream extends TarArchiveInputStream {
  private boolean cut;

  /** Reads an archive; a compressed one is decompressed. The stream is closed with this one. */
  public TarStream(InputStream stream) throws IOException {
    super(Packed.open(stream));
  }

  /** Returns whether a file name has an extension of tar archives. */
  public static boolean isArchive(String name) {
    return name.toLowerCase(Locale.ROOT)
        .matches(".*\\.(tar(\\.(gz|bz2|xz|zst))?|tgz|tbz2?|txz|tzst)");
  }

  @Override
  protected boolean isEOFRecord(byte @Nullable [] record) {
    cut |= record == null;
    return super.isEOFRecord(record);
  }

  /**
   * Checks that the archive was read to its end-of-archive marker.
   *
   * @param last the name of the last member; null if there was none
   * @throws IOException if there was no marker
   */
  public void checkEnd(@Nullable String last) throws IOException {
    if (cut) {
      throw new IOException(getBytesRead() == 0 ? "it has 0 bytes" : truncated(last));
    }
  }

  /** Returns the message for an archive without an end-of-archive marker. */
  public static String truncated(@Nullable String last) {
    return "it has no end-of-archive marker and was truncated after "
        + (last == null ? "its first bytes" : last);
  }

  /** Returns whether a member is a file, not a folder, link or device. */
  public static boolean isFile(TarArchiveEntry entry) {
    return switch (entry.getLinkFlag()) {
      case TarConstants.LF_OLDNORM, TarConstants.LF_NORMAL, TarConstants.LF_CONTIG ->
          entry.isFile();
      default -> entry.isSparse();
    };
  }
}

package org.openclip.search;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.store.Directory;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.search.storage.IndexFolder;

/**
 * What a check of all bytes of an index has found.
 *
 * @param pictures how many are whole
 * @param lost how many are in damaged parts
 * @param parts how many parts are damaged
 */
public record IndexRepair(long pictures, long lost, int parts) {
  /**
   * Reads all of an index and drops the parts that are damaged, if there are any. The next update
   * embeds their pictures again.
   *
   * @throws InvalidInputException when there is no index
   * @throws InvalidFileException when not even its list of parts can be read
   * @throws OpenClipException when somebody is writing it
   */
  public static IndexRepair run(Path folder) {
    try (Directory directory = IndexFolder.existing(folder);
        CheckIndex check = new CheckIndex(directory)) {
      check.setThreadCount(1);
      CheckIndex.Status status = check.checkIndex();
      if (status.missingSegments) {
        throw new InvalidFileException(
            folder.toString(), -1, "has no readable list of its segments; create the index again");
      }
      long whole = 0;
      for (CheckIndex.Status.SegmentInfoStatus segment : status.segmentInfos) {
        whole += segment.maxDoc;
      }
      if (!status.clean) {
        check.exorciseIndex(status);
      }
      return new IndexRepair(
          whole - status.totLoseDocCount, status.totLoseDocCount, status.numBadSegments);
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "repaired", e);
    }
  }
}

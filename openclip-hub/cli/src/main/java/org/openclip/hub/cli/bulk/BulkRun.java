package org.openclip.hub.cli.bulk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;

/** The rows of a folder that is being written, in the order of its pictures. */
final class BulkRun {
  private final ClipModel model;
  private final Path folder;
  private final int partRows;
  private final boolean normalised;
  private final List<BulkItem> items;
  private final FailureList failed;
  private final Map<String, float[]> embedded = new HashMap<>();
  private final List<Manifest.Part> parts = new ArrayList<>();
  private final List<BulkItem> partItems = new ArrayList<>();
  private final List<float[]> partVectors = new ArrayList<>();
  private final RowsBefore before;

  /** Whether the current part equals the existing one so far. */
  private boolean partStays = true;

  private int next;
  private long fresh;
  private long kept;

  /**
   * Creates a run.
   *
   * @param items the pictures of the folder, in their order
   * @param before the rows that the folder has
   */
  BulkRun(
      ClipModel model,
      Path folder,
      int partRows,
      boolean normalised,
      List<BulkItem> items,
      RowsBefore before) {
    this.model = model;
    this.folder = folder;
    this.partRows = partRows;
    this.normalised = normalised;
    this.items = items;
    this.before = before;
    this.failed = new FailureList(folder);
  }

  /** Takes a vector. */
  void embedded(BulkItem item, float[] row) {
    embedded.put(item.id(), row);
    fresh++;
  }

  /** Takes a picture that cannot be read. */
  void failed(BulkItem item, String reason) {
    failed.add(item, reason);
  }

  /** Moves the items whose rows are known into parts, in order. */
  void advance() {
    for (; next < items.size(); next++) {
      BulkItem item = items.get(next);
      RowsBefore.Row there = before.row(item);
      float[] row = there == null ? embedded.remove(item.id()) : there.vector();
      if (row == null && !failed.has(item)) {
        return;
      }
      if (row != null) {
        kept += there == null ? 0 : 1;
        partStays &=
            there != null && there.part() == parts.size() && there.number() == partItems.size();
        partItems.add(item);
        partVectors.add(row);
        if (partItems.size() == partRows) {
          endPart();
        }
      }
    }
  }

  private void endPart() {
    int number = parts.size();
    if (partStays && before.parts().get(number).rows() == partItems.size()) {
      parts.add(before.parts().get(number));
    } else {
      parts.add(new VectorPart(folder, number).write(partItems, vectors()));
      // The parts behind it are those of before, whose vectors a next run can still take.
      List<Manifest.Part> all = new ArrayList<>(parts);
      all.addAll(before.partsFrom(parts.size()));
      writeManifest(all);
    }
    partItems.clear();
    partVectors.clear();
    partStays = true;
  }

  private Embeddings vectors() {
    int width = model.embedDim();
    float[] all = new float[Math.multiplyExact(partVectors.size(), width)];
    for (int i = 0; i < partVectors.size(); i++) {
      System.arraycopy(partVectors.get(i), 0, all, i * width, width);
    }
    return Embeddings.of(width, all);
  }

  private void writeManifest(List<Manifest.Part> all) {
    new Manifest(model.fingerprint(), model.name(), model.embedDim(), normalised, all)
        .write(folder);
  }

  BulkEmbedding.Summary finish() {
    advance();
    if (!partItems.isEmpty()) {
      endPart();
    }
    writeManifest(parts);
    for (int number = parts.size(); new VectorPart(folder, number).exists(); number++) {
      new VectorPart(folder, number).delete();
    }
    failed.write();
    return new BulkEmbedding.Summary(fresh, kept, failed.size(), parts.size());
  }
}

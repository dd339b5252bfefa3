package org.openclip.search.command;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ResultFormat;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.search.PictureClusters;
import org.openclip.search.PictureClusters.Cluster;
import org.openclip.search.PictureIndex;
import org.openclip.search.query.Hit;

/**
 * The clusters of an index as text.
 *
 * @param fingerprint the fingerprint of the model of the vectors
 * @param clusters the clusters, the largest first
 * @param members the pictures of each cluster, in the order of the index
 */
record ClusterReport(String fingerprint, List<Cluster> clusters, List<List<Hit>> members) {
  /** Finds the clusters. */
  static ClusterReport of(PictureIndex index, int count, long seed, int central) {
    List<List<Hit>> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(new ArrayList<>());
    }
    List<Cluster> clusters =
        PictureClusters.find(
            index, count, seed, central, (cluster, hit) -> members.get(cluster).add(hit));
    return new ClusterReport(index.facts().fingerprint(), clusters, members);
  }

  /** Returns the central pictures of all clusters, one cluster after the other. */
  List<Hit> central() {
    return clusters.stream().flatMap(cluster -> cluster.central().stream()).toList();
  }

  void write(PrintStream out, ResultFormat format) {
    switch (format) {
      case TABLE -> table(out);
      case JSON -> {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("fingerprint", fingerprint);
        List<Object> each = new ArrayList<>();
        for (int i = 0; i < clusters.size(); i++) {
          each.add(object(i));
        }
        all.put("clusters", each);
        JsonLines.print(out, all);
      }
      case JSONL -> {
        for (int i = 0; i < clusters.size(); i++) {
          JsonLines.print(out, object(i));
        }
      }
      case CSV, TSV -> {
        DelimitedRows rows = new DelimitedRows(out, format);
        rows.row(List.of("cluster", "path", "cosine"));
        for (int i = 0; i < clusters.size(); i++) {
          for (Hit hit : members.get(i)) {
            rows.row(List.of(i + 1, hit.picture().path(), hit.cosine()));
          }
        }
      }
    }
    BrokenPipeException.flush(out);
  }

  private void table(PrintStream out) {
    for (int i = 0; i < clusters.size(); i++) {
      Cluster cluster = clusters.get(i);
      out.println(
          "cluster %s: %s pictures, mean cosine with the centre %s"
              .formatted(i + 1, cluster.size(), Table.decimals(cluster.meanCosine(), 3)));
      cluster.central().forEach(hit -> out.println("  " + Printable.line(hit.picture().path())));
    }
  }

  private Map<String, Object> object(int cluster) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("cluster", cluster + 1);
    object.put("size", clusters.get(cluster).size());
    object.put("mean_cosine", clusters.get(cluster).meanCosine());
    object.put("central", paths(clusters.get(cluster).central()));
    object.put("paths", paths(members.get(cluster)));
    return object;
  }

  private static List<String> paths(List<Hit> hits) {
    return hits.stream().map(hit -> hit.picture().path()).toList();
  }
}

package org.openclip.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.hipparchus.clustering.CentroidCluster;
import org.hipparchus.clustering.DoublePoint;
import org.hipparchus.clustering.KMeansPlusPlusClusterer;
import org.hipparchus.clustering.distance.EuclideanDistance;
import org.hipparchus.random.Well19937c;
import org.openclip.api.InvalidInputException;
import org.openclip.search.query.Hit;
import org.openclip.search.storage.Schema;
import org.openclip.search.storage.Vectors;

/**
 * Clusters of the pictures of an index by their vectors: k-means with the initial centres of
 * k-means++ (Arthur and Vassilvitskii 2007). The centres are computed from a random sample of up to
 * 20,000 pictures and scaled to length 1; then each picture belongs to the centre with the largest
 * cosine. Memory is needed for the sample and the centres.
 */
public final class PictureClusters {
  private static final int SAMPLE = 20_000;
  private static final int ITERATIONS = 30;
  private static final Comparator<Hit> WORST_FIRST =
      Comparator.comparingDouble(Hit::cosine)
          .thenComparing(hit -> hit.picture().path(), Comparator.reverseOrder());

  private PictureClusters() {}

  /**
   * A cluster.
   *
   * @param size the number of its pictures
   * @param meanCosine the mean cosine of its pictures with its centre
   * @param central the pictures that are nearest to the centre, best first
   */
  public record Cluster(long size, float meanCosine, List<Hit> central) {
    /** Copies the list. */
    public Cluster {
      central = List.copyOf(central);
    }
  }

  /** Takes the cluster of each picture. */
  public interface Assignment {
    /**
     * Takes a picture.
     *
     * @param cluster the index of its cluster in the result, from 0
     * @param member the picture, and its cosine with the cluster's centre
     */
    void assign(int cluster, Hit member);
  }

  /**
   * Finds clusters, the largest first. The same index and seed give the same clusters.
   *
   * @param count the number of clusters, from 2 to the number of pictures; clusters that get no
   *     picture are left out
   * @param seed determines the sample and the initial centres
   * @param central how many central pictures of each cluster are returned
   * @param assignment takes every picture
   * @throws InvalidInputException if the number of clusters is out of bounds
   */
  public static List<Cluster> find(
      PictureIndex index, int count, long seed, int central, Assignment assignment) {
    return index.with(
        searcher -> {
          int pictures = searcher.getIndexReader().numDocs();
          if (count < 2 || count > Math.min(pictures, SAMPLE)) {
            throw new InvalidInputException(
                "%s clusters are requested, but an index of %s pictures allows from 2 to %s"
                    .formatted(count, pictures, Math.min(pictures, SAMPLE)));
          }
          return new Members(searcher, centres(sample(searcher, seed), count, seed), central)
              .clusters(assignment);
        });
  }

  /** Draws vectors without replacement, each as likely as another (reservoir sampling). */
  private static List<DoublePoint> sample(IndexSearcher searcher, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    List<DoublePoint> sample = new ArrayList<>();
    long[] seen = {0};
    Vectors.forEach(
        searcher,
        MatchAllDocsQuery.INSTANCE,
        (document, vector) -> {
          long place = seen[0]++ < SAMPLE ? sample.size() : random.nextLong(seen[0]);
          if (place == sample.size()) {
            sample.add(point(vector));
          } else if (place < SAMPLE) {
            sample.set((int) place, point(vector));
          }
        });
    return sample;
  }

  private static DoublePoint point(float[] vector) {
    double[] point = new double[vector.length];
    for (int i = 0; i < point.length; i++) {
      point[i] = vector[i];
    }
    return new DoublePoint(point);
  }

  private static float[][] centres(List<DoublePoint> sample, int count, long seed) {
    List<CentroidCluster<DoublePoint>> found =
        new KMeansPlusPlusClusterer<DoublePoint>(
                count, ITERATIONS, new EuclideanDistance(), new Well19937c(seed))
            .cluster(sample);
    float[][] centres = new float[found.size()][];
    for (int i = 0; i < centres.length; i++) {
      double[] centre = found.get(i).getCenter().getPoint();
      centres[i] = new float[centre.length];
      for (int k = 0; k < centre.length; k++) {
        centres[i][k] = (float) centre[k];
      }
      centres[i] = Vectors.unit(centres[i]);
    }
    return centres;
  }

  /** The pictures of each centre. */
  private static final class Members {
    private final IndexSearcher searcher;
    private final float[][] centres;
    private final int central;
    private final List<PriorityQueue<Hit>> best = new ArrayList<>();
    private final long[] sizes;
    private final double[] cosines;

    Members(IndexSearcher searcher, float[][] centres, int central) {
      this.searcher = searcher;
      this.centres = centres;
      this.central = central;
      this.sizes = new long[centres.length];
      this.cosines = new double[centres.length];
      for (int i = 0; i < centres.length; i++) {
        best.add(new PriorityQueue<>(WORST_FIRST));
      }
    }

    List<Cluster> clusters(Assignment assignment) throws IOException {
      each(this::count);
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < sizes.length; i++) {
        if (sizes[i] > 0) {
          order.add(i);
        }
      }
      order.sort(Comparator.comparingLong(i -> -sizes[i]));
      int[] ranks = new int[sizes.length];
      for (int rank = 0; rank < order.size(); rank++) {
        ranks[order.get(rank)] = rank;
      }
      each((centre, hit) -> assignment.assign(ranks[centre], hit));
      return order.stream().map(this::cluster).toList();
    }

    private void each(Assignment take) throws IOException {
      StoredFields stored = searcher.storedFields();
      Vectors.forEach(
          searcher,
          MatchAllDocsQuery.INSTANCE,
          (document, vector) -> {
            int nearest = 0;
            float cosine = Vectors.cosine(centres[0], vector);
            for (int i = 1; i < centres.length; i++) {
              float other = Vectors.cosine(centres[i], vector);
              if (other > cosine) {
                nearest = i;
                cosine = other;
              }
            }
            take.assign(nearest, new Hit(Schema.picture(stored.document(document)), cosine));
          });
    }

    private void count(int centre, Hit hit) {
      sizes[centre]++;
      cosines[centre] += hit.cosine();
      PriorityQueue<Hit> hits = best.get(centre);
      hits.add(hit);
      if (hits.size() > central) {
        hits.remove();
      }
    }

    private Cluster cluster(int centre) {
      return new Cluster(
          sizes[centre],
          (float) (cosines[centre] / sizes[centre]),
          best.get(centre).stream().sorted(WORST_FIRST.reversed()).toList());
    }
  }
}

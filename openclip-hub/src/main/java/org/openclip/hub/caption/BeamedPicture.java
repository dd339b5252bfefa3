package org.openclip.hub.caption;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.openclip.api.model.CaptionOptions.SpecialIds;

/** The search for the caption of one picture. */
@SuppressWarnings("ArrayRecordComponent")
final class BeamedPicture {
  final int index;
  final PriorityQueue<Finished> finished =
      new PriorityQueue<>(Comparator.comparingDouble(Finished::score));
  List<Beam> beams;
  boolean done;

  private final int width;
  private final SpecialIds ids;

  /**
   * Starts a search.
   *
   * @param width the number of beams
   */
  BeamedPicture(int index, int width, SpecialIds ids) {
    this.index = index;
    this.width = width;
    this.ids = ids;
    this.beams = List.of(new Beam(new long[] {ids.start()}, 0));
  }

  /** A beginning and the sum of its logits. */
  record Beam(long[] tokens, float score) {}

  /** A caption and the sum of its logits over its length. */
  record Finished(long[] tokens, double score) {}

  /** A token that might follow a beam. */
  private record Candidate(Beam beam, int token, float score) {}

  /** Carries on with the best of what can follow the beams. */
  void step(List<float[]> logits) {
    List<Candidate> best = best(logits);
    List<Beam> next = new ArrayList<>();
    int length = beams.get(0).tokens().length + 1;
    for (int rank = 0; rank < best.size() && next.size() < width; rank++) {
      Candidate c = best.get(rank);
      if (c.token() != ids.end()) {
        next.add(new Beam(CaptionSearch.longer(c.beam().tokens(), c.token()), c.score()));
      } else if (rank < width) {
        finish(CaptionSearch.longer(c.beam().tokens(), ids.end()), c.score());
      }
    }
    beams = next;
    done = finished.size() >= width && finished.peek().score() >= best.get(0).score() / length;
  }

  private List<Candidate> best(List<float[]> logits) {
    Comparator<Candidate> worstFirst = Comparator.comparingDouble(Candidate::score);
    PriorityQueue<Candidate> kept = new PriorityQueue<>(worstFirst);
    for (int i = 0; i < beams.size(); i++) {
      Beam beam = beams.get(i);
      float[] scores = logits.get(i);
      for (int token = 0; token < scores.length; token++) {
        float score = beam.score() + scores[token];
        if (kept.size() < 2 * width || score > kept.peek().score()) {
          kept.add(new Candidate(beam, token, score));
          if (kept.size() > 2 * width) {
            kept.remove();
          }
        }
      }
    }
    return kept.stream().sorted(worstFirst.reversed()).toList();
  }

  private void finish(long[] tokens, float score) {
    finished.add(new Finished(tokens, (double) score / tokens.length));
    if (finished.size() > width) {
      finished.remove();
    }
  }

  /** Returns the best caption; beams that were cut by the length count as captions too. */
  long[] result() {
    if (!done) {
      beams.forEach(beam -> finish(beam.tokens(), beam.score()));
    }
    return finished.stream()
        .max(Comparator.comparingDouble(Finished::score))
        .orElseThrow()
        .tokens();
  }
}

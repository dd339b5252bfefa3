package org.openclip.hub.caption;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.Beams;
import org.openclip.api.model.CaptionOptions.SpecialIds;

/**
 * Beam search. Beginnings are ranked by the sum of their tokens' logits, not of their log
 * probabilities, and finished captions by that sum over their length: so the captions of the
 * published CoCa models were made. Groups of beams do not know of each other and start alike, so
 * one stands for all.
 */
@SuppressWarnings("ArrayRecordComponent")
final class BeamSearch extends CaptionSearch {
  private final int width;

  BeamSearch(CaptionOptions options, Beams beams, SpecialIds ids) {
    super(options, ids);
    width = beams.count() / beams.groups();
  }

  /** A beginning and the sum of its logits. */
  private record Beam(long[] tokens, float score) {}

  /** A caption and the sum of its logits over its length. */
  private record Finished(long[] tokens, double score) {}

  /** A token that might follow a beam. */
  private record Candidate(Beam beam, int token, float score) {}

  /** The search for the caption of one picture. */
  private final class Picture {
    final int index;
    final PriorityQueue<Finished> finished =
        new PriorityQueue<>(Comparator.comparingDouble(Finished::score));
    List<Beam> beams = List.of(new Beam(new long[] {ids.start()}, 0));
    boolean done;

    Picture(int index) {
      this.index = index;
    }

    /** Carries on with the best of what can follow the beams. */
    void step(List<float[]> logits) {
      List<Candidate> best = best(logits);
      List<Beam> next = new ArrayList<>();
      int length = beams.get(0).tokens().length + 1;
      for (int rank = 0; rank < best.size() && next.size() < width; rank++) {
        Candidate c = best.get(rank);
        if (c.token() != ids.end()) {
          next.add(new Beam(longer(c.beam().tokens(), c.token()), c.score()));
        } else if (rank < width) {
          finish(longer(c.beam().tokens(), ids.end()), c.score());
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

  @Override
  public long[][] search(Continuation model, int pictures, long first) {
    List<Picture> all = new ArrayList<>();
    for (int i = 0; i < pictures; i++) {
      all.add(new Picture(i));
    }
    for (int length = 1; length < options.maxLength(); length++) {
      List<Picture> open = all.stream().filter(p -> !p.done).toList();
      if (open.isEmpty()) {
        break;
      }
      step(model, open);
    }
    return all.stream().map(Picture::result).toArray(long[][]::new);
  }

  private void step(Continuation model, List<Picture> open) {
    List<long[]> beginnings =
        open.stream().flatMap(p -> p.beams.stream()).map(Beam::tokens).toList();
    int[] owners =
        open.stream().flatMapToInt(p -> p.beams.stream().mapToInt(b -> p.index)).toArray();
    float[][] logits = model.next(beginnings, owners);
    for (int i = 0; i < logits.length; i++) {
      adjust(logits[i], beginnings.get(i));
    }
    int at = 0;
    for (Picture picture : open) {
      int beams = picture.beams.size();
      picture.step(List.of(logits).subList(at, at + beams));
      at += beams;
    }
  }
}

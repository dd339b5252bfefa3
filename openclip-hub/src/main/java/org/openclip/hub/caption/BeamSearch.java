package org.openclip.hub.caption;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.Beams;
import org.openclip.api.model.CaptionOptions.SpecialIds;

/**
 * Beam search. Beginnings are ranked by the sum of their tokens' logits, not of their log
 * probabilities, and finished captions by that sum over their length: so the captions of the
 * published CoCa models were made. Groups of beams do not know of each other and start alike, so
 * one stands for all.
 */
final class BeamSearch extends CaptionSearch {
  private final int width;

  BeamSearch(CaptionOptions options, Beams beams, SpecialIds ids) {
    super(options, ids);
    width = beams.count() / beams.groups();
  }

  @Override
  public long[][] search(Continuation model, int pictures, long first) {
    List<BeamedPicture> all = new ArrayList<>();
    for (int i = 0; i < pictures; i++) {
      all.add(new BeamedPicture(i, width, ids));
    }
    for (int length = 1; length < options.maxLength(); length++) {
      List<BeamedPicture> open = all.stream().filter(p -> !p.done).toList();
      if (open.isEmpty()) {
        break;
      }
      step(model, open);
    }
    return all.stream().map(BeamedPicture::result).toArray(long[][]::new);
  }

  private void step(Continuation model, List<BeamedPicture> open) {
    List<long[]> beginnings =
        open.stream().flatMap(p -> p.beams.stream()).map(BeamedPicture.Beam::tokens).toList();
    int[] owners =
        open.stream().flatMapToInt(p -> p.beams.stream().mapToInt(b -> p.index)).toArray();
    float[][] logits = model.next(beginnings, owners);
    for (int i = 0; i < logits.length; i++) {
      adjust(logits[i], beginnings.get(i));
    }
    int at = 0;
    for (BeamedPicture picture : open) {
      int beams = picture.beams.size();
      picture.step(List.of(logits).subList(at, at + beams));
      at += beams;
    }
  }
}

package org.openclip.train.shard;

import java.util.SplittableRandom;
import org.openclip.api.InvalidInputException;
import org.openclip.train.data.Sample;

/** Chooses the parts of a sample among the files of a shard that have one name. */
public sealed interface SampleMembers permits Members, SoundMembers {
  /**
   * Returns the sample that files make up.
   *
   * @param random what decides where there are several captions
   * @throws InvalidInputException when a part is missing, or the caption is empty or no text
   */
  Sample sample(ShardReader.Group group, SplittableRandom random);
}

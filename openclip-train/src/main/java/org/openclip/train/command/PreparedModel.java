package org.openclip.train.command;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.train.command.run.TrainedModel;
import org.openclip.train.naflex.NaFlexPlan;

/**
 * The model that a call trains, before a folder is made for it.
 *
 * @param model what is trained
 * @param lengths how batches of several sizes are made; null when all have one size
 * @param notes what is to be said of it, in lines
 */
record PreparedModel(TrainedModel model, @Nullable NaFlexPlan lengths, List<String> notes) {
  PreparedModel {
    notes = List.copyOf(notes);
  }
}

package org.openclip.backend.tf;

import org.openclip.api.spi.BackendProvider;
import org.openclip.testkit.TrainerContract;

class TfTrainerTest extends TrainerContract {
  @Override
  protected BackendProvider provider() {
    return new TfBackendProvider();
  }
}

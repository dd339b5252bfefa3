package org.openclip.models.optimizer;

import org.openclip.api.spi.OptimizerProvider;
import org.openclip.testkit.OptimizerContract;

class AdamWProviderTest extends OptimizerContract {
  @Override
  protected OptimizerProvider provider() {
    return new AdamWProvider();
  }
}

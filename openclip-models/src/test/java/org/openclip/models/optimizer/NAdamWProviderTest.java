package org.openclip.models.optimizer;

import org.openclip.api.spi.OptimizerProvider;
import org.openclip.testkit.OptimizerContract;

class NAdamWProviderTest extends OptimizerContract {
  @Override
  protected OptimizerProvider provider() {
    return new NAdamWProvider();
  }
}

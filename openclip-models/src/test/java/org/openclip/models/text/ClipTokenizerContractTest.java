package org.openclip.models.text;

import java.util.Map;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.text.TokenizerContext;
import org.openclip.testkit.TokenizerContract;

/** CLIP's tokenizer is one like any other. */
class ClipTokenizerContractTest extends TokenizerContract {
  @Override
  protected TokenizerProvider provider() {
    return new ClipTokenizerProvider();
  }

  @Override
  protected TokenizerContext context() {
    return TokenizerContext.of(Map.of(), 32);
  }
}

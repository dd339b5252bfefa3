package org.openclip.models.clip;

import java.util.Map;
import org.openclip.api.encoder.DecoderContext;
import org.openclip.api.encoder.MultimodalDecoder;
import org.openclip.api.spi.MultimodalDecoderProvider;

/** Provides CoCa's caption decoder, for configurations that name no other decoder. */
public final class MultimodalTransformerProvider implements MultimodalDecoderProvider {
  /** Creates the provider. */
  public MultimodalTransformerProvider() {}

  @Override
  public String name() {
    return "coca-decoder";
  }

  @Override
  public boolean matches(Map<String, Object> multimodalConfig) {
    return true;
  }

  @Override
  public MultimodalDecoder create(DecoderContext context) {
    return new MultimodalTransformer(context);
  }
}

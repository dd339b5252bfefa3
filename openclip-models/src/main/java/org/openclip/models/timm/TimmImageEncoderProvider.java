package org.openclip.models.timm;

import java.util.List;
import java.util.Map;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.spi.ImageEncoderProvider;

/** Provides timm's image towers, for configurations with a {@code timm_model_name}. */
public final class TimmImageEncoderProvider implements ImageEncoderProvider {
  /** Creates the provider. */
  public TimmImageEncoderProvider() {}

  /** Lists the families; a new one is one line here. */
  private static List<TimmFamily> families() {
    return List.of(
        TimmFamily.of("vit.txt", VisionTransformerTrunk::new, NaFlexTerms.VIT),
        TimmFamily.of("vitamin.txt", VisionTransformerTrunk::new),
        TimmFamily.of("eva.txt", EvaTrunk::new, NaFlexTerms.EVA),
        TimmFamily.of("naflex.txt", NaFlexTrunk::of, NaFlexTerms.SAME),
        TimmFamily.of("convnext.txt", ConvNextTrunk::new),
        TimmFamily.of("fastvit.txt", FastVitTrunk::new),
        TimmFamily.of("swin.txt", SwinTrunk::new));
  }

  @Override
  public String name() {
    return "timm";
  }

  @Override
  public boolean matches(Map<String, Object> visionConfig) {
    return visionConfig.get("timm_model_name") instanceof String name && !name.isEmpty();
  }

  @Override
  public ImageEncoder create(EncoderContext context) {
    TimmImageEncoder encoder = new TimmImageEncoder(context, families());
    return encoder.trunk() instanceof NaFlexTrunk trunk
        ? new NaFlexImageEncoder(encoder, trunk)
        : encoder;
  }

  @Override
  public Map<String, Object> naflexConfig(EncoderContext context) {
    return new TimmToNaFlex(families()).of(context);
  }
}

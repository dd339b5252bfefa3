/** Encoders, tokenizers, preprocessing and configurations of CLIP models. */
module org.openclip.models {
  requires org.openclip.api;
  requires static org.jspecify;

  provides org.openclip.api.spi.ImageEncoderProvider with
      org.openclip.models.clip.VisionTransformerProvider;
  provides org.openclip.api.spi.TextEncoderProvider with
      org.openclip.models.clip.TextTransformerProvider;
  provides org.openclip.api.spi.ModelCatalogueProvider with
      org.openclip.models.catalogue.OpenClipCatalogue;
}

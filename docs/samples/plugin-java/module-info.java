module com.example.brightness {
  requires org.openclip.hub;

  provides org.openclip.api.spi.ImageEncoderProvider with
      com.example.brightness.BrightnessProvider;
  provides org.openclip.api.spi.ModelCatalogueProvider with
      com.example.brightness.BrightnessModels;
}

package com.example.brightness;

import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.openclip.api.spi.ModelCatalogueProvider;

public final class BrightnessModels implements ModelCatalogueProvider {
  @Override
  public String name() {
    return "brightness";
  }

  @Override
  public SequencedSet<String> models() {
    return new LinkedHashSet<>(List.of("Brightness-S"));
  }

  @Override
  public InputStream open(String model) {
    return BrightnessModels.class.getResourceAsStream(model + ".json");
  }
}

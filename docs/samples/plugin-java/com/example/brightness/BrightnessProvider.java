package com.example.brightness;

import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.spi.ImageEncoderProvider;

public final class BrightnessProvider implements ImageEncoderProvider {
  @Override
  public String name() {
    return "brightness";
  }

  @Override
  public ImageEncoder create(EncoderContext context) {
    return new Brightness(context);
  }
}

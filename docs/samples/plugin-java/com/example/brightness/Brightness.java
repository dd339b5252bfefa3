package com.example.brightness;

import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.graph.ArithmeticOp;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.Value;

final class Brightness implements ImageEncoder {
  private final int size;
  private final int embedDim;

  Brightness(EncoderContext context) {
    ConfigReader reader = new ConfigReader("vision_cfg", context.config());
    reader.ignore("encoder");
    size = reader.integer("image_size", 32);
    reader.finish(); // refuses every key that was not asked for
    embedDim = context.embedDim();
  }

  @Override
  public int height() {
    return size;
  }

  @Override
  public int width() {
    return size;
  }

  /** From pictures, float[n,3,h,w], to features, float[n,embedDim]. */
  @Override
  public Encoded encode(GraphBuilder g, Value pixels) {
    Value colour = g.reduce(pixels, ArithmeticOp.Reduction.MEAN, 2, 3);
    return new Encoded(Layers.linear(g, "head", colour, embedDim), null);
  }
}

/**
 * The API of OpenCLIP: the types that applications use and the interfaces that plugins implement.
 * It contains no computation; a backend runs the models.
 */
module org.openclip.api {
  // Of pictures that are in memory as Java's graphics have them, and of nothing else.
  requires static java.desktop;
  requires static org.jspecify;

  exports org.openclip.api;
  exports org.openclip.api.audio;
  exports org.openclip.api.backend;
  exports org.openclip.api.config;
  exports org.openclip.api.encoder;
  exports org.openclip.api.graph;
  exports org.openclip.api.image;
  exports org.openclip.api.model;
  exports org.openclip.api.search;
  exports org.openclip.api.serving;
  exports org.openclip.api.spi;
  exports org.openclip.api.tensor;
  exports org.openclip.api.text;
  exports org.openclip.api.training;

  uses org.openclip.api.spi.AudioDecoderProvider;
  uses org.openclip.api.spi.AudioEncoderProvider;
  uses org.openclip.api.spi.BackendProvider;
  uses org.openclip.api.spi.CheckpointFormatProvider;
  uses org.openclip.api.spi.CommandProvider;
  uses org.openclip.api.spi.GenerativeEncoderProvider;
  uses org.openclip.api.spi.ImageDecoderProvider;
  uses org.openclip.api.spi.ImageEncoderProvider;
  uses org.openclip.api.spi.ImagePreprocessorProvider;
  uses org.openclip.api.spi.LossProvider;
  uses org.openclip.api.spi.ModelCatalogueProvider;
  uses org.openclip.api.spi.ModelSourceProvider;
  uses org.openclip.api.spi.MultimodalDecoderProvider;
  uses org.openclip.api.spi.OptimizerProvider;
  uses org.openclip.api.spi.PictureSearchProvider;
  uses org.openclip.api.spi.TextEncoderProvider;
  uses org.openclip.api.spi.TokenizerProvider;
  uses org.openclip.api.spi.WordTaggerProvider;
}

/**
 * Loads, runs, converts and publishes models. The entry point is {@code org.openclip.hub.OpenClip}.
 */
@SuppressWarnings("module") // the command line is compiled after the library
module org.openclip.hub {
  requires transitive org.openclip.api;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.jr.ob;
  requires java.net.http;
  // The file system of jar: addresses, which an image made by jlink lacks otherwise.
  requires jdk.zipfs;
  requires static com.google.guice;
  requires static jakarta.inject;
  requires static org.jspecify;

  exports org.openclip.hub;
  exports org.openclip.hub.adapter;
  exports org.openclip.hub.audio;
  exports org.openclip.hub.checkpoint;
  exports org.openclip.hub.generative;
  exports org.openclip.hub.guice;
  exports org.openclip.hub.io;
  exports org.openclip.hub.model;
  exports org.openclip.hub.picture;
  exports org.openclip.hub.publish;
  exports org.openclip.hub.remote;
  exports org.openclip.hub.table;
  exports org.openclip.hub.checkpoint.naming to
      org.openclip.hub.cli;
  exports org.openclip.hub.quantize to
      org.openclip.hub.cli;

  uses java.nio.file.spi.FileSystemProvider;

  provides org.openclip.api.spi.CheckpointFormatProvider with
      org.openclip.hub.checkpoint.NpzFormat,
      org.openclip.hub.checkpoint.SafetensorsFormat,
      org.openclip.hub.checkpoint.ShardedSafetensorsFormat,
      org.openclip.hub.checkpoint.torch.TorchFormat;
  provides org.openclip.api.spi.ModelSourceProvider with
      org.openclip.hub.definition.LocalFolderSource,
      org.openclip.hub.hf.HubSourceProvider,
      org.openclip.hub.remote.HttpSourceProvider,
      org.openclip.hub.remote.HttpsSourceProvider;
}

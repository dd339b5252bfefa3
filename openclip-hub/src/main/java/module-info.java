/** Finding, reading and writing models, and the {@code OpenClip} facade. */
module org.openclip.hub {
  requires transitive org.openclip.api;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.jr.ob;
  requires info.picocli;
  requires java.net.http;
  // The file system of jar: addresses, which an image made by jlink lacks otherwise.
  requires jdk.zipfs;
  requires static com.google.guice;
  requires static jakarta.inject;
  requires static org.jspecify;

  exports org.openclip.hub;
  exports org.openclip.hub.checkpoint;
  exports org.openclip.hub.cli;
  exports org.openclip.hub.guice;
  exports org.openclip.hub.io;
  exports org.openclip.hub.remote;

  opens org.openclip.hub.cli to
      info.picocli;
  opens org.openclip.hub.command to
      info.picocli;

  uses java.nio.file.spi.FileSystemProvider;

  provides org.openclip.api.spi.CommandProvider with
      org.openclip.hub.command.BackendsCommand,
      org.openclip.hub.command.CaptionCommand,
      org.openclip.hub.command.ClassifyCommand,
      org.openclip.hub.command.ConvertCommand,
      org.openclip.hub.command.DownloadCommand,
      org.openclip.hub.command.EmbedCommand,
      org.openclip.hub.command.ExportCommand,
      org.openclip.hub.command.InfoCommand,
      org.openclip.hub.command.InitCommand,
      org.openclip.hub.command.InspectCommand,
      org.openclip.hub.command.ModelsCommand,
      org.openclip.hub.command.NewPluginCommand,
      org.openclip.hub.command.PretrainedCommand,
      org.openclip.hub.command.PushCommand,
      org.openclip.hub.command.QuantizeCommand,
      org.openclip.hub.command.SimilarityCommand;
  provides org.openclip.api.spi.CheckpointFormatProvider with
      org.openclip.hub.checkpoint.NpzFormat,
      org.openclip.hub.checkpoint.SafetensorsFormat,
      org.openclip.hub.checkpoint.ShardedSafetensorsFormat,
      org.openclip.hub.checkpoint.torch.TorchFormat;
  provides org.openclip.api.spi.ModelSourceProvider with
      org.openclip.hub.LocalFolderSource,
      org.openclip.hub.hf.HubSourceProvider,
      org.openclip.hub.remote.HttpSourceProvider,
      org.openclip.hub.remote.HttpsSourceProvider;
}

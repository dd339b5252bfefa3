/** The command line, and what commands of other modules share with it. */
@SuppressWarnings("module") // openclip-train is compiled after the command line
module org.openclip.hub.cli {
  requires transitive org.openclip.api;
  requires transitive org.openclip.hub;
  requires dev.hardwood.core;
  requires info.picocli;
  requires java.logging;
  requires org.apache.commons.compress;
  requires org.tukaani.xz;
  // With these on the module path, openclip-models decodes MP3 files and WebP pictures.
  requires jlayer;
  requires kotlin.stdlib;
  requires webp.imageio;
  requires static org.jspecify;

  exports org.openclip.hub.cli;
  exports org.openclip.hub.cli.archive to
      org.openclip.train;
  exports org.openclip.hub.cli.result;
  exports org.openclip.hub.cli.terminal;

  opens org.openclip.hub.cli to
      info.picocli;
  opens org.openclip.hub.cli.benchmark to
      info.picocli;
  opens org.openclip.hub.cli.command.model to
      info.picocli;
  opens org.openclip.hub.cli.command.picture to
      info.picocli;
  opens org.openclip.hub.cli.command.plugin to
      info.picocli;
  opens org.openclip.hub.cli.result to
      info.picocli;

  provides org.openclip.api.spi.CommandProvider with
      org.openclip.hub.cli.benchmark.BenchmarkCommand,
      org.openclip.hub.cli.command.model.ConvertCommand,
      org.openclip.hub.cli.command.model.DownloadCommand,
      org.openclip.hub.cli.command.model.ExportCommand,
      org.openclip.hub.cli.command.model.InfoCommand,
      org.openclip.hub.cli.command.model.InitCommand,
      org.openclip.hub.cli.command.model.InspectCommand,
      org.openclip.hub.cli.command.model.ModelsCommand,
      org.openclip.hub.cli.command.model.PretrainedCommand,
      org.openclip.hub.cli.command.model.PushCommand,
      org.openclip.hub.cli.command.model.QuantizeCommand,
      org.openclip.hub.cli.command.picture.CaptionCommand,
      org.openclip.hub.cli.command.picture.ClassifyCommand,
      org.openclip.hub.cli.command.picture.EmbedCommand,
      org.openclip.hub.cli.command.picture.HeatmapCommand,
      org.openclip.hub.cli.command.picture.SimilarityCommand,
      org.openclip.hub.cli.command.plugin.BackendsCommand,
      org.openclip.hub.cli.command.plugin.NewPluginCommand;
}

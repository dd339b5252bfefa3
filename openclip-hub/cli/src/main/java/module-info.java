/** The command line, and what commands of other modules share with it. */
module org.openclip.hub.cli {
  requires transitive org.openclip.api;
  requires transitive org.openclip.hub;
  requires info.picocli;
  requires static org.jspecify;

  exports org.openclip.hub.cli;

  opens org.openclip.hub.cli to
      info.picocli;
  opens org.openclip.hub.cli.benchmark to
      info.picocli;
  opens org.openclip.hub.cli.command to
      info.picocli;

  provides org.openclip.api.spi.CommandProvider with
      org.openclip.hub.cli.benchmark.BenchmarkCommand,
      org.openclip.hub.cli.command.BackendsCommand,
      org.openclip.hub.cli.command.CaptionCommand,
      org.openclip.hub.cli.command.ClassifyCommand,
      org.openclip.hub.cli.command.ConvertCommand,
      org.openclip.hub.cli.command.DownloadCommand,
      org.openclip.hub.cli.command.EmbedCommand,
      org.openclip.hub.cli.command.ExportCommand,
      org.openclip.hub.cli.command.InfoCommand,
      org.openclip.hub.cli.command.InitCommand,
      org.openclip.hub.cli.command.InspectCommand,
      org.openclip.hub.cli.command.ModelsCommand,
      org.openclip.hub.cli.command.NewPluginCommand,
      org.openclip.hub.cli.command.PretrainedCommand,
      org.openclip.hub.cli.command.PushCommand,
      org.openclip.hub.cli.command.SimilarityCommand;
}

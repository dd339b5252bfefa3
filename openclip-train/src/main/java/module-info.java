/** Training and evaluation of CLIP models. */
module org.openclip.train {
  requires transitive org.openclip.api;
  requires info.picocli;
  requires org.apache.commons.compress;
  requires org.openclip.hub;
  requires org.openclip.hub.cli;
  requires static org.jspecify;

  exports org.openclip.train.data;
  exports org.openclip.train.distributed;
  exports org.openclip.train.evaluation;
  exports org.openclip.train.folder;
  exports org.openclip.train.naflex;
  exports org.openclip.train.plan;
  exports org.openclip.train.run;
  exports org.openclip.train.shard;
  exports org.openclip.train.sound;
  exports org.openclip.train.table;

  opens org.openclip.train.benchmark to
      info.picocli;
  opens org.openclip.train.command to
      info.picocli;
  opens org.openclip.train.command.data to
      info.picocli;
  opens org.openclip.train.command.distributed to
      info.picocli;
  opens org.openclip.train.command.flag to
      info.picocli;
  opens org.openclip.train.command.run to
      info.picocli;

  provides org.openclip.api.spi.CommandProvider with
      org.openclip.train.benchmark.ClipBenchmarkCommand,
      org.openclip.train.command.EvaluateCommand,
      org.openclip.train.command.FinetuneCommand,
      org.openclip.train.command.LaunchCommand,
      org.openclip.train.command.TrainCommand;
}

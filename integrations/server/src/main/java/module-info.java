/** Models behind HTTP. */
module org.openclip.server {
  requires transitive org.openclip.api;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.jr.ob;
  requires info.picocli;
  requires io.helidon.common.task;
  requires io.helidon.webserver;
  requires java.logging;
  requires java.management;
  requires java.net.http;
  requires org.openclip.hub;
  requires org.openclip.hub.cli;
  requires static org.jspecify;

  exports org.openclip.server;
  exports org.openclip.server.settings;

  opens org.openclip.server.command to
      info.picocli;

  provides org.openclip.api.spi.CommandProvider with
      org.openclip.server.command.ServeCommand;
}

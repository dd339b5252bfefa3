/**
 * An index of pictures by their vectors, on Lucene, and the commands that fill it and search it.
 */
module org.openclip.search {
  requires transitive org.openclip.api;
  requires hipparchus.clustering;
  requires hipparchus.core;
  requires info.picocli;
  requires java.desktop;
  requires java.logging;
  requires org.apache.lucene.core;
  requires org.openclip.hub;
  requires org.openclip.hub.cli;
  requires static org.jspecify;

  exports org.openclip.search;
  exports org.openclip.search.facts;
  exports org.openclip.search.query;

  opens org.openclip.search.command to
      info.picocli;

  provides org.openclip.api.spi.CommandProvider with
      org.openclip.search.command.ClustersCommand,
      org.openclip.search.command.DuplicatesCommand,
      org.openclip.search.command.IndexCommand,
      org.openclip.search.command.LabelCommand,
      org.openclip.search.command.SearchCommand;
  provides org.openclip.api.spi.PictureSearchProvider with
      org.openclip.search.LuceneSearchProvider;
}

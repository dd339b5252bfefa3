package org.openclip.search.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.result.ResultOptions;
import org.openclip.search.query.Filter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of commands that query an index: the index, filters, the output and the model. */
final class IndexOptions {
  @Parameters(index = "0", paramLabel = "INDEX", description = "The folder of an index.")
  private String index = "";

  @Option(
      names = "--filter",
      paramLabel = "FIELD=VALUE",
      description = {
        "Only pictures with this tag (tag=), a matching path (path=, with *), these words in the"
            + " caption (caption=), or this value of another field. Operators: = != and, for"
            + " numbers, >= <= > <. May be repeated."
      })
  private List<String> filters = new ArrayList<>();

  @Mixin private final ResultOptions results = new ResultOptions();

  @Mixin private final ModelOptions model = new ModelOptions();

  Path index() {
    return PictureArguments.path(index);
  }

  List<Filter> filters() {
    return filters.stream().map(Filter::parse).toList();
  }

  ResultOptions results() {
    return results;
  }

  ModelOptions model() {
    return model;
  }
}

package org.openclip.search.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.search.FolderUpdate;
import org.openclip.search.MixedQuery;
import org.openclip.search.PictureIndex;
import org.openclip.search.query.Filter;
import org.openclip.search.query.Hit;
import org.openclip.search.query.SearchRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that finds pictures of an index by words and by pictures. */
public final class SearchCommand implements CommandProvider {
  /** Creates the provider. */
  public SearchCommand() {}

  @Override
  public String name() {
    return "search";
  }

  @Override
  public String summary() {
    return "Searches an index of pictures by words, by a picture, or by both";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return IndexModel.run(this, arguments, environment, Call::new);
  }

  @Command(
      customSynopsis = "openclip search [OPTION...] INDEX QUERY...",
      sortOptions = false,
      footer = {
        "",
        "A query that is the path of a picture file is a picture; any other query is a text.",
        "",
        "  openclip search photos.index \"a red car in the snow\"",
        "  openclip search photos.index car.jpg \"in the snow\" --weights 1,0.5 --top 20",
        "  openclip search photos.index --like photos/7.jpg --not \"a person\" --sheet found.html",
        "  openclip search photos.index \"a dog\" --filter tag=holiday --filter 'year>=2020'"
      })
  private static final class Call extends IndexModel.Call {
    @Parameters(
        index = "1..*",
        arity = "0..*",
        paramLabel = "QUERY",
        description = "Words or pictures. Several queries are combined.")
    private List<String> queries = new ArrayList<>();

    @Option(
        names = "--weights",
        paramLabel = "W,W...",
        split = ",",
        description = "The weights of the QUERY arguments, in their order. Default: 1 each.")
    private List<Double> weights = new ArrayList<>();

    @Option(
        names = "--like",
        paramLabel = "PICTURE",
        description =
            "Finds pictures similar to this picture of the index, which is not shown. May be"
                + " repeated.")
    private List<String> like = new ArrayList<>();

    @Option(
        names = "--not",
        paramLabel = "QUERY",
        description =
            "Finds pictures less similar to these words or this picture. May be repeated.")
    private List<String> unlike = new ArrayList<>();

    @Option(
        names = "--not-weight",
        paramLabel = "W",
        description = "The weight of each --not. Default: ${DEFAULT-VALUE}.",
        defaultValue = "0.5")
    private double notWeight;

    @Option(
        names = "--top",
        paramLabel = "K",
        description = "The number of pictures to show, best first. Default: ${DEFAULT-VALUE}.",
        defaultValue = "10")
    private int top;

    @Option(
        names = "--exact",
        description =
            "Exact search: compares every picture. Always used for up to 10,000 pictures that match"
                + " the filters.")
    private boolean exact;

    @Option(
        names = "--sheet",
        paramLabel = "FILE",
        description = "Also writes a contact sheet of the found pictures, as .html or .png.")
    private @Nullable String sheet;

    @Mixin private final IndexOptions options = new IndexOptions();

    @Override
    IndexOptions options() {
      return options;
    }

    @Override
    int run(PictureIndex open, Environment environment) {
      if (queries.isEmpty() && like.isEmpty()) {
        throw new UsageException("give a query: words, a picture, or --like");
      }
      if (!weights.isEmpty() && weights.size() != queries.size()) {
        throw new UsageException(
            "--weights has %s numbers, but there are %s queries"
                .formatted(weights.size(), queries.size()));
      }
      ContactSheet contact = sheet == null ? null : ContactSheet.of(sheet, environment.plugins());
      List<Filter> passing = options.filters();
      List<String> shown = new ArrayList<>();
      float[] vector = MixedQuery.of(parts(open, shown, environment));
      List<String> own = like.stream().map(name -> FolderUpdate.key(path(name))).toList();
      SearchRequest request =
          new SearchRequest(vector, Math.min(SearchRequest.MOST, top + own.size()), passing, exact);
      List<Hit> hits =
          open.search(request).stream()
              .filter(hit -> !own.contains(hit.picture().path()))
              .limit(top)
              .toList();
      String query = String.join(" + ", shown);
      options
          .results()
          .write(
              environment,
              out ->
                  new HitReport(out, options.results().format(), open.facts(), query).write(hits));
      if (contact != null) {
        contact.write(query, hits);
      }
      return Main.SUCCESS;
    }

    private static Path path(String name) {
      return PictureArguments.path(name);
    }

    private List<MixedQuery.Part> parts(
        PictureIndex open, List<String> shown, Environment environment) {
      List<MixedQuery.Part> parts = new ArrayList<>();
      for (String name : like) {
        shown.add(name);
        parts.add(new MixedQuery.Part(vectorOf(open, name), 1));
      }
      if (queries.isEmpty() && unlike.isEmpty()) {
        return parts;
      }
      try (ClipModel clip = options.model().load(environment)) {
        open.check(clip);
        for (int i = 0; i < queries.size(); i++) {
          shown.add(queries.get(i));
          double weight = weights.isEmpty() ? 1 : weights.get(i);
          parts.add(new MixedQuery.Part(embed(clip, queries.get(i), environment), weight));
        }
        for (String query : unlike) {
          shown.add("not " + query);
          parts.add(new MixedQuery.Part(embed(clip, query, environment), -notWeight));
        }
      }
      return parts;
    }

    private static float[] vectorOf(PictureIndex open, String name) {
      return open.vector(FolderUpdate.key(path(name)))
          .or(() -> open.vector(name))
          .orElseThrow(
              () ->
                  new InvalidInputException(
                      "%s is not in the index; pass it as a query to embed it".formatted(name)));
    }

    private static float[] embed(ClipModel clip, String query, Environment environment) {
      if (query.isBlank()) {
        throw new UsageException("a query is empty; give words, or the path of a picture");
      }
      if (PictureArguments.exists(query) && Files.isRegularFile(path(query))) {
        return clip.embed(path(query));
      }
      if (PictureArguments.looksLike(query, environment.plugins()) && !query.contains(" ")) {
        throw new InvalidInputException(
            "picture %s does not exist; a query that ends in a picture file extension must be a file"
                .formatted(query));
      }
      return clip.embed(query);
    }
  }
}

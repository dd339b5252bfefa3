package org.openclip.hub.hf;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.FetchException;
import org.openclip.api.Suggestions;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.PluginRegistry;

/** What may have been meant where the hub knows nothing of a name. */
final class HubAdvice {
  private static final int MOST_LISTED = 12;

  private HubAdvice() {}

  /** Returns a refusal with the nearest known names, if it is one of a name. */
  static FetchException on(
      FetchException refusal, HubLocation location, HubApi api, HubCache cache) {
    String message = String.valueOf(refusal.getMessage());
    if (message.contains("has no revision")) {
      return more(refusal, location, revisions(location, api, cache));
    }
    boolean missing = refusal.status() == 401 || refusal.status() == 404;
    List<String> near =
        missing ? Suggestions.nearest(location.repository(), repositories()) : List.of();
    return near.isEmpty()
        ? refusal
        : more(
            refusal, location, ". Did you mean hf-hub:" + String.join(" or hf-hub:", near) + "?");
  }

  private static FetchException more(FetchException refusal, HubLocation location, String advice) {
    String text = String.valueOf(refusal.getMessage());
    String problem = text.substring(refusal.location().length() + 1);
    return new FetchException(location.toString(), refusal.status(), problem + advice, refusal);
  }

  private static String revisions(HubLocation location, HubApi api, HubCache cache) {
    List<String> references = api.references(location);
    List<String> near = Suggestions.nearest(location.revision(), references);
    String known =
        !near.isEmpty()
            ? "; did you mean " + String.join(" or ", near) + "?"
            : references.isEmpty()
                ? ""
                : "; the repository has "
                    + String.join(
                        ", ", references.subList(0, Math.min(MOST_LISTED, references.size())));
    return cache
        .commit(location.revision())
        .map(commit -> known + ". The cache still has an earlier commit: select it with @" + commit)
        .orElse(known);
  }

  private static List<String> repositories() {
    List<String> known = new ArrayList<>();
    for (var catalogue : PluginRegistry.create(HubAdvice.class).all(ModelCatalogueProvider.class)) {
      for (PretrainedTag tag : catalogue.pretrained()) {
        tag.locations().stream()
            .flatMap(location -> PretrainedTag.files(location).stream())
            .filter(file -> file.startsWith("hf-hub:"))
            .forEach(
                file ->
                    known.add(HubLocation.parse(file.substring("hf-hub:".length())).repository()));
      }
    }
    return known.stream().distinct().toList();
  }
}

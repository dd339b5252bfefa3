package org.openclip.search;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.openclip.api.search.PictureSearch;
import org.openclip.api.spi.PictureSearchProvider;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.query.Filter;
import org.openclip.search.query.Hit;
import org.openclip.search.query.SearchRequest;

/** Opens indexes of this module for those who know no more of it than the plugin interface. */
public final class LuceneSearchProvider implements PictureSearchProvider {
  /** Creates the provider. */
  public LuceneSearchProvider() {}

  @Override
  public String name() {
    return "lucene";
  }

  @Override
  public boolean accepts(Path folder) {
    return PictureIndex.exists(folder);
  }

  @Override
  public PictureSearch open(Path folder) {
    return new Open(PictureIndex.open(folder));
  }

  /** An open index. */
  private record Open(PictureIndex index) implements PictureSearch {
    @Override
    public String fingerprint() {
      return index.facts().fingerprint();
    }

    @Override
    public String model() {
      return index.facts().model();
    }

    @Override
    public long size() {
      return index.size();
    }

    @Override
    public long lost() {
      return index.lost();
    }

    @Override
    public void refresh() {
      index.refresh();
    }

    @Override
    public List<Found> search(float[] vector, int top, List<String> filters) {
      List<Filter> all = filters.stream().map(Filter::parse).toList();
      return index.search(SearchRequest.of(vector, top).with(all)).stream()
          .map(Open::found)
          .toList();
    }

    private static Found found(Hit hit) {
      IndexedPicture picture = hit.picture();
      return new Found(
          picture.path(), hit.cosine(), picture.caption(), picture.tags(), picture.fields());
    }

    @Override
    public Optional<float[]> vector(String path) {
      return index.vector(path);
    }

    @Override
    public void close() {
      index.close();
    }
  }
}

package org.openclip.search.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.WildcardQuery;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.IndexFacts.FieldKind;
import org.openclip.search.query.Filter;
import org.openclip.search.query.Filter.Comparison;

/** Filters as queries of Lucene. */
public final class FilterQueries {
  private static final List<String> OWN = List.of(Schema.PATH, Schema.CAPTION, Schema.TAG);

  private final IndexFacts facts;

  public FilterQueries(IndexFacts facts) {
    this.facts = facts;
  }

  /** Returns the query that passes what all filters pass. */
  public Query all(List<Filter> filters) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    boolean positive = false;
    for (Filter filter : filters) {
      if (filter.comparison() == Comparison.NOT) {
        all.add(equal(filter), Occur.MUST_NOT);
      } else {
        all.add(query(filter), Occur.FILTER);
        positive = true;
      }
    }
    if (!positive) {
      all.add(MatchAllDocsQuery.INSTANCE, Occur.FILTER);
    }
    return all.build();
  }

  private Query query(Filter filter) {
    if (filter.comparison() == Comparison.EQUAL) {
      return equal(filter);
    }
    if (kind(filter.field()) != FieldKind.NUMBER) {
      throw new InvalidInputException(
          "filter '%s' compares numbers, but field %s contains texts; use = or !="
              .formatted(filter, filter.field()));
    }
    double number = number(filter);
    return range(
        filter.field(),
        switch (filter.comparison()) {
          case AT_LEAST -> number;
          case ABOVE -> Math.nextUp(number);
          default -> Double.NEGATIVE_INFINITY;
        },
        switch (filter.comparison()) {
          case AT_MOST -> number;
          case BELOW -> Math.nextDown(number);
          default -> Double.POSITIVE_INFINITY;
        });
  }

  private static Query range(String field, double least, double most) {
    return DoubleField.newRangeQuery(Schema.further(field), least, most);
  }

  private Query equal(Filter filter) {
    return switch (filter.field()) {
      case Schema.PATH -> new WildcardQuery(Schema.key(pattern(filter.value())));
      case Schema.CAPTION -> words(filter);
      case Schema.TAG -> new TermQuery(new Term(Schema.TAG, filter.value()));
      default ->
          kind(filter.field()) == FieldKind.NUMBER
              ? range(filter.field(), number(filter), number(filter))
              : new TermQuery(new Term(Schema.further(filter.field()), filter.value()));
    };
  }

  /** Returns a pattern for whole paths: one that names no root may begin anywhere in a path. */
  private static String pattern(String value) {
    return value.startsWith("/") || value.startsWith("*") || value.matches("[A-Za-z][\\w+.-]*:.*")
        ? value
        : "*/" + value;
  }

  private static Query words(Filter filter) {
    List<String> words = new ArrayList<>();
    try (Analyzer analyzer = new StandardAnalyzer();
        TokenStream tokens = analyzer.tokenStream(Schema.CAPTION, filter.value())) {
      CharTermAttribute word = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        words.add(word.toString());
      }
      tokens.end();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (words.isEmpty()) {
      throw new InvalidInputException("filter '%s' has no words to search for".formatted(filter));
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    words.forEach(word -> all.add(new TermQuery(new Term(Schema.CAPTION, word)), Occur.FILTER));
    return all.build();
  }

  private FieldKind kind(String field) {
    if (OWN.contains(field)) {
      return FieldKind.KEYWORD;
    }
    FieldKind kind = facts.fields().get(field);
    if (kind == null) {
      TreeSet<String> known = new TreeSet<>(OWN);
      known.addAll(facts.fields().keySet());
      throw new UnknownNameException(
          "field", field, known, "the fields of an index are set when it is created");
    }
    return kind;
  }

  private static double number(Filter filter) {
    try {
      return Double.parseDouble(filter.value().strip().toLowerCase(Locale.ROOT));
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "filter '%s' compares with '%s', which is not a number".formatted(filter, filter.value()),
          e);
    }
  }
}

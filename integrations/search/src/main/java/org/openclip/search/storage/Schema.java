package org.openclip.search.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.io.JsonObjects;
import org.openclip.search.facts.IndexFacts.FieldKind;
import org.openclip.search.facts.IndexedPicture;

/** The fields of an index: what is stored of a picture, and what can be asked. */
public final class Schema {
  public static final String VECTOR = "vector";
  public static final String PATH = "path";
  static final String CAPTION = "caption";
  static final String TAG = "tag";
  public static final String SIZE = "size";
  public static final String MODIFIED = "modified";
  static final String HASH = "hash";

  /** The path as it is, for each picture in turn. */
  public static final String PATH_VALUE = "path.value";

  /** A number that tells caption, tags and further fields of one picture from others. */
  public static final String ABOUT = "about";

  private static final String FIELDS = "fields";

  /** The most bytes of a term. */
  private static final int MOST_TERM = 32_000;

  private Schema() {}

  public static Term key(String path) {
    return new Term(PATH, path);
  }

  /** Returns the name under which Lucene knows a further field. */
  static String further(String field) {
    return "field." + field;
  }

  /**
   * Returns the kinds of the further fields of a picture.
   *
   * @throws InvalidInputException when a value is of no kind
   */
  public static Map<String, FieldKind> kinds(IndexedPicture picture) {
    Map<String, FieldKind> kinds = new TreeMap<>();
    picture.fields().forEach((name, value) -> kinds.put(name, kind(picture, name, value)));
    return kinds;
  }

  private static FieldKind kind(IndexedPicture picture, String name, Object value) {
    return switch (value) {
      case Number number -> FieldKind.NUMBER;
      case String text -> FieldKind.KEYWORD;
      case Boolean yes -> FieldKind.KEYWORD;
      default ->
          throw new InvalidInputException(
              "field %s of %s must be a text, a number, true or false, but is: %s"
                  .formatted(name, picture.path(), value));
    };
  }

  /** Returns a picture as Lucene stores it. */
  public static Document document(IndexedPicture picture, float[] unit) {
    Document document = new Document();
    checkTerm(PATH, picture.path(), picture);
    document.add(new StringField(PATH, picture.path(), Field.Store.YES));
    document.add(new BinaryDocValuesField(PATH_VALUE, new BytesRef(picture.path())));
    document.add(new NumericDocValuesField(SIZE, picture.size()));
    document.add(new NumericDocValuesField(MODIFIED, picture.modified()));
    document.add(new NumericDocValuesField(ABOUT, about(picture)));
    document.add(new StoredField(SIZE, picture.size()));
    document.add(new StoredField(MODIFIED, picture.modified()));
    document.add(new StoredField(HASH, picture.hash()));
    if (!picture.caption().isEmpty()) {
      document.add(new TextField(CAPTION, picture.caption(), Field.Store.YES));
    }
    for (String tag : picture.tags()) {
      checkTerm(TAG, tag, picture);
      document.add(new StringField(TAG, tag, Field.Store.YES));
    }
    if (!picture.fields().isEmpty()) {
      document.add(new StoredField(FIELDS, JsonObjects.writeCompact(picture.fields())));
      picture.fields().forEach((name, value) -> document.add(further(picture, name, value)));
    }
    document.add(new KnnFloatVectorField(VECTOR, unit, VectorSimilarityFunction.DOT_PRODUCT));
    return document;
  }

  private static Field further(IndexedPicture picture, String name, Object value) {
    if (value instanceof Number number) {
      return new DoubleField(further(name), number.doubleValue(), Field.Store.NO);
    }
    checkTerm(name, value.toString(), picture);
    return new StringField(further(name), value.toString(), Field.Store.NO);
  }

  private static void checkTerm(String field, String value, IndexedPicture picture) {
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_TERM) {
      throw new InvalidInputException(
          "%s of %s has %s bytes, but the limit for searchable values is %s"
              .formatted(
                  field,
                  picture.path().substring(0, Math.min(200, picture.path().length())),
                  bytes,
                  MOST_TERM));
    }
  }

  /** Returns a number that changes with what is known about a picture. */
  public static long about(IndexedPicture picture) {
    String all =
        picture.caption()
            + '\0'
            + picture.tags()
            + '\0'
            + JsonObjects.writeCompact(picture.fields());
    long hash = 0xcbf29ce484222325L; // FNV-1a
    for (int i = 0; i < all.length(); i++) {
      hash = (hash ^ all.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Returns a picture that was stored. */
  public static IndexedPicture picture(Document document) throws IOException {
    String fields = document.get(FIELDS);
    return new IndexedPicture(
        document.get(PATH),
        number(document, SIZE),
        number(document, MODIFIED),
        text(document, HASH),
        text(document, CAPTION),
        List.of(document.getValues(TAG)),
        fields == null
            ? Map.of()
            : JsonObjects.parse(FIELDS, 0, fields.getBytes(StandardCharsets.UTF_8)));
  }

  private static long number(Document document, String field) {
    return document.getField(field).numericValue().longValue();
  }

  private static String text(Document document, String field) {
    String value = document.get(field);
    return value == null ? "" : value;
  }
}

package org.openclip.models.text;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.openclip.api.config.ConfigReader;
import org.openclip.models.text.repair.HtmlEntities;
import org.openclip.models.text.repair.PythonText;
import org.openclip.models.text.repair.TextRepair;

/** The cleaning of texts before tokenization, with OpenCLIP's names. */
public enum Cleaning {
  /** Repaired, white space collapsed, lower case: CLIP's own. */
  LOWER {
    @Override
    String finish(String text) {
      return PythonText.lower(PythonText.collapse(text));
    }
  },
  /** Repaired, white space collapsed. */
  WHITESPACE {
    @Override
    String finish(String text) {
      return PythonText.collapse(text);
    }
  },
  /** As before, with underscores as spaces. */
  WHITESPACE_UNDERSCORE {
    @Override
    String finish(String text) {
      return PythonText.collapse(text.replace('_', ' '));
    }
  },
  /** Repaired, without ASCII punctuation, lower case, white space collapsed: big_vision's. */
  CANONICALIZE {
    @Override
    String finish(String text) {
      StringBuilder kept = new StringBuilder(text.length());
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '_') {
          kept.append(' ');
        } else if (c > '~' || c <= ' ' || Character.isLetterOrDigit(c)) {
          kept.append(c);
        }
      }
      return PythonText.collapse(PythonText.lower(kept.toString()));
    }
  };

  abstract String finish(String text);

  /** Reads the key {@code clean} of a tokenizer's options. */
  public static Cleaning read(ConfigReader options, Cleaning otherwise) {
    List<String> labels = Arrays.stream(values()).map(Cleaning::label).toList();
    return valueOf(options.choice("clean", otherwise.label(), labels).toUpperCase(Locale.ROOT));
  }

  private String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the cleaned text. */
  public String clean(String text) {
    if (isPlain(text)) {
      return finish(text);
    }
    String repaired = TextRepair.repair(text);
    return finish(PythonText.strip(HtmlEntities.unescape(HtmlEntities.unescape(repaired))));
  }

  /** Returns whether there is nothing to repair: printable ASCII without entities. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > '~' || (c < ' ' && c != '\n' && c != '\t') || c == '&') {
        return false;
      }
    }
    return true;
  }
}

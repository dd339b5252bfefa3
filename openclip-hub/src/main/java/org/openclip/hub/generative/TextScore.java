package org.openclip.hub.generative;

/**
 * How likely a generative model finds a text about an image or a sound.
 *
 * @param logLikelihood the sum of the natural logarithms of the tokens' probabilities
 * @param tokens the number of tokens, with start and end
 */
public record TextScore(double logLikelihood, int tokens) {
  /** Returns the mean over the tokens, by which texts of different lengths are compared. */
  public double perToken() {
    return logLikelihood / tokens;
  }
}

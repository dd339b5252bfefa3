package org.openclip.hub.checkpoint.torch;

/**
 * What a pickle asks for that is no tensor and no container: an object of an unknown class, the
 * result of an unknown function, or a text too long to be a name. Nothing was imported or run for
 * it, and what it was made of is forgotten. Beside a state dict it does no harm.
 *
 * @param what what was asked for, such as {@code argparse.Namespace}
 */
record Placeholder(String what) {}

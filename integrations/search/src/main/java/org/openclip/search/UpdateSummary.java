package org.openclip.search;

/**
 * What an update has found in a folder, in pictures.
 *
 * @param added new ones
 * @param changed those whose file or facts are others than before
 * @param moved those that lie elsewhere than before; they were not embedded again
 * @param removed those that are gone
 * @param unchanged those that were left as they were
 * @param failed those that cannot be read
 */
public record UpdateSummary(
    long added, long changed, long moved, long removed, long unchanged, long failed) {}

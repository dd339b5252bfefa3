package org.openclip.api.model;

/**
 * How the embedding of a stream of pictures ended.
 *
 * @param embedded how many have a row
 * @param failed how many were left out
 * @param cancelled whether the sink asked for the end
 */
public record EncodingSummary(long embedded, long failed, boolean cancelled) {}

package dev.cove.storage;

/**
 * A part the store has received.
 *
 * @param number from 1
 * @param size in bytes
 * @param tag what {@link ObjectStore#complete} hands back: the part's ETag on S3
 */
public record Part(int number, long size, String tag) {}

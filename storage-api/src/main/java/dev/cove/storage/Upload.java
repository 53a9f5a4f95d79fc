package dev.cove.storage;

import java.time.Instant;

/**
 * A multipart upload under way; survives the process that began it.
 *
 * @param id the backend's id
 * @param started when it began, by the store's clock
 */
public record Upload(String key, String id, Instant started) {}

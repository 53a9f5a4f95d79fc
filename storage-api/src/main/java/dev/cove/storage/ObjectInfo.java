package dev.cove.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One object as a head, get or list describes it.
 *
 * @param key the whole key, relative to the store
 * @param size in bytes
 * @param version this state of the object
 * @param lastModified when this state was stored, by the store's clock
 * @param storageClass the backend's name for it; null where it says none
 * @param archived the bytes cannot be read until the object is restored
 * @param versionId the id in the bucket's version history; null where there is none or the answer
 *     does not carry it
 * @param attributes headers and metadata; null in a list of a backend that does not carry them
 */
public record ObjectInfo(
    String key,
    long size,
    Version version,
    Instant lastModified,
    @Nullable String storageClass,
    boolean archived,
    @Nullable String versionId,
    @Nullable ObjectAttributes attributes) {}

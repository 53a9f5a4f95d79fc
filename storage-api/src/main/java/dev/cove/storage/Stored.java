package dev.cove.storage;

import org.jspecify.annotations.Nullable;

/**
 * The state a write left behind.
 *
 * @param version what later conditions and pinned reads name
 * @param versionId the id in the bucket's version history, null where there is none
 */
public record Stored(Version version, @Nullable String versionId) {}

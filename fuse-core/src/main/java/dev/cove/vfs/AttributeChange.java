package dev.cove.vfs;

import org.jspecify.annotations.Nullable;

/**
 * What setattr changes; null leaves it. Times are nanoseconds since 1970, already resolved where
 * the caller asked for "now".
 */
public record AttributeChange(
    @Nullable Integer permissions,
    @Nullable Integer uid,
    @Nullable Integer gid,
    @Nullable Long size,
    @Nullable Long accessedNanos,
    @Nullable Long modifiedNanos) {}

package dev.cove.storage;

import org.jspecify.annotations.Nullable;

/**
 * A copy on the server, of the whole object.
 *
 * @param source key to copy
 * @param sourceVersion null for whatever is there; else only that version
 * @param target key to write; may be the source when attributes are replaced
 * @param condition what must hold of the target
 * @param attributes null keeps the source's headers, metadata and encryption; else all of them are
 *     replaced. Tags and storage class are always kept.
 */
public record CopyRequest(
    String source,
    @Nullable Version sourceVersion,
    String target,
    WriteCondition condition,
    @Nullable ObjectAttributes attributes) {}

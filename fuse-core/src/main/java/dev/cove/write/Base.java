package dev.cove.write;

import dev.cove.storage.Version;

/**
 * The state of an object that a file's unchanged bytes come from.
 *
 * @param size in bytes
 */
public record Base(String key, Version version, long size) {}

package dev.cove.cache;

import dev.cove.storage.Version;

/** One state of one object; what is cached of it never changes. */
public record ObjectId(String key, Version version) {}

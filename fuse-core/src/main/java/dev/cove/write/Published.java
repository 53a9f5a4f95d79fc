package dev.cove.write;

import dev.cove.storage.Stored;

/**
 * What a publish left in the store.
 *
 * @param size bytes of the object
 * @param applied what travels with it, the write id included
 */
public record Published(Stored stored, long size, Target applied) {}

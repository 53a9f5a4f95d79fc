package dev.cove.state;

import java.time.Instant;

/**
 * A dict or queue as a listing names it.
 *
 * @param capacity the most items one partition of a queue holds, 0 for no bound; 0 for a dict
 */
public record ObjectInfo(String name, Instant created, int capacity) {}

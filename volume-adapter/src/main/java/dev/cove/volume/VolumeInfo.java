package dev.cove.volume;

import java.time.Instant;

/**
 * A volume as a list of volumes shows it.
 *
 * @param created when it was created, by the clock of who did
 */
public record VolumeInfo(String name, Instant created) {}

package dev.cove.volume;

/** What opening a name does that no volume has. */
public enum IfMissing {
  /** {@link VolumeException.Reason#UNKNOWN_VOLUME}. */
  FAIL,
  /** Creates it, empty; of several that try at once one creates and all use it. */
  CREATE_IF_MISSING
}

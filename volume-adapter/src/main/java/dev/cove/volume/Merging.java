package dev.cove.volume;

/** What a commit does when another one came first. */
public enum Merging {
  /** Changes to different paths are merged; changes to the same path are a {@link VolumeException.Reason#CONFLICT}. */
  ALLOWED,
  /** Any other commit is a conflict: right where files depend on each other, as in databases and git repositories. */
  REFUSED
}

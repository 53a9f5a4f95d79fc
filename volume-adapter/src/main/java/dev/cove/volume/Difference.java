package dev.cove.volume;

/**
 * One path that differs between two states of a volume. A directory that was renamed is one difference, what is in it is none.
 *
 * @param path where it is in the later state; where it was, if it was removed
 * @param before where it was, if it was renamed; else the same as {@code path}
 * @param after what it is in the later state; what it was, if it was removed
 */
public record Difference(Kind kind, String path, String before, FileInfo after) {

  /** What happened to it. */
  public enum Kind {
    ADDED,
    REMOVED,
    /** Its content or attributes changed. */
    MODIFIED,
    RENAMED
  }
}

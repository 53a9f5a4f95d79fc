package dev.cove.vfs;

/** What becomes of an existing target. */
public enum RenameMode {
  REPLACE,
  /** {@code EEXIST} when the target exists (RENAME_NOREPLACE). */
  KEEP_EXISTING,
  /** The two change places (RENAME_EXCHANGE). */
  EXCHANGE
}

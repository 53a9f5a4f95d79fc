package dev.cove.vfs;

/** Whether an extended attribute must exist already. */
public enum XattrMode {
  ANY,
  /** {@code EEXIST} when it exists. */
  CREATE,
  /** {@code ENODATA} when it does not. */
  REPLACE
}

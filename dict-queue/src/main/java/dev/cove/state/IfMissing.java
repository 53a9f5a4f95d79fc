package dev.cove.state;

/** What the use of a name does that no dict or queue has. */
public enum IfMissing {
  /** {@link StateException.Reason#UNKNOWN_NAME}. */
  FAIL,
  /** Creates it, empty, whatever the first use is; of several that try at once one creates and all use it. */
  CREATE_IF_MISSING
}

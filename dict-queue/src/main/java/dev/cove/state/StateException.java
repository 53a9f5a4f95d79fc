package dev.cove.state;

import org.jspecify.annotations.Nullable;

/**
 * The store could not do what was asked. The message is one line for a person: what failed and what to do about it, never
 * a password. Unless the reason says otherwise, nothing has changed.
 */
public final class StateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What kind of failure it is, for programs. */
  public enum Reason {
    /** No dict or queue has that name. */
    UNKNOWN_NAME,
    /** A queue of that name exists with another capacity. */
    OTHER_CAPACITY,
    /** A queue has as many partitions as it may. */
    TOO_MANY_PARTITIONS,
    /** What was to be incremented is not a whole number, or would overflow. */
    NOT_A_NUMBER,
    /** The store cannot be reached, or did not answer in time. Whether a write took effect is not known. */
    UNREACHABLE,
    /** User or password are wrong, or lack a right. */
    REFUSED,
    /** The server is out of memory. */
    OUT_OF_MEMORY,
    /** The server is a read-only replica, or the files cannot be written. */
    READ_ONLY,
    /** The disk is full. */
    DISK_FULL,
    /** The database file is damaged, or is no database of Cove's. */
    CORRUPT,
    /** The database was written by a newer Cove. */
    NEWER_VERSION,
    /** Another process has kept the store busy for too long. */
    BUSY,
    /** The store was closed. */
    CLOSED,
    /** Anything else, such as an input/output error. */
    FAILED
  }

  private final Reason reason;

  public StateException(Reason reason, String message) {
    this(reason, message, null);
  }

  public StateException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** {@link Reason#UNKNOWN_NAME}, with a hint where a queue was asked for as a dict or the other way round. */
  public static StateException unknownName(ObjectKind kind, String name, boolean otherKindExists) {
    String hint = otherKindExists
        ? "there is a " + kind.other().word() + " of that name"
        : "create it first, with 'cove " + kind.word() + " create " + name + "'";
    return new StateException(
        Reason.UNKNOWN_NAME, "no " + kind.word() + " is named '" + name + "': " + hint);
  }

  /** {@link Reason#NOT_A_NUMBER} for a value that cannot be incremented. */
  public static StateException notANumber(String dict) {
    return new StateException(
        Reason.NOT_A_NUMBER,
        "dict '" + dict + "': the value is not a whole number; it stays as it is");
  }

  /** {@link Reason#NOT_A_NUMBER} for a sum that has no place in 64 bits. */
  public static StateException overflow(String dict) {
    return new StateException(
        Reason.NOT_A_NUMBER,
        "dict '" + dict + "': the sum does not fit in 64 bits; the value stays as it is");
  }

  /** {@link Reason#OTHER_CAPACITY}. */
  public static StateException otherCapacity(String queue, int found, int wanted) {
    return new StateException(
        Reason.OTHER_CAPACITY,
        "queue '" + queue + "' has " + (found == 0 ? "no capacity" : "the capacity " + found)
            + ", not " + wanted + ": ask for that, or delete the queue first");
  }

  /** {@link Reason#TOO_MANY_PARTITIONS}. */
  public static StateException tooManyPartitions(String queue, int most) {
    return new StateException(
        Reason.TOO_MANY_PARTITIONS,
        "queue '" + queue + "' has " + most
            + " partitions, which is the limit: empty some, or let them expire");
  }

  public Reason reason() {
    return reason;
  }
}

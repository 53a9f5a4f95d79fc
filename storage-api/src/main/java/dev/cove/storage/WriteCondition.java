package dev.cove.storage;

/** What must hold of the key at the instant of a write. */
public sealed interface WriteCondition {

  /** Whatever is there is replaced. */
  static WriteCondition none() {
    return None.INSTANCE;
  }

  /** The key has no object: If-None-Match: * on S3, generation 0 on GCS. */
  static WriteCondition ifAbsent() {
    return IfAbsent.INSTANCE;
  }

  /** The object has exactly this version: If-Match on S3, if-generation-match on GCS. */
  static WriteCondition ifVersion(Version expected) {
    return new IfVersion(expected);
  }

  /** No condition. */
  enum None implements WriteCondition {
    INSTANCE
  }

  /** The key has no object. */
  enum IfAbsent implements WriteCondition {
    INSTANCE
  }

  /** The object has exactly this version. */
  record IfVersion(Version expected) implements WriteCondition {}
}

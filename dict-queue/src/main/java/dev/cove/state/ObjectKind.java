package dev.cove.state;

/** Dicts and queues are named apart: one of each may have the same name. */
public enum ObjectKind {
  DICT("dict"),
  QUEUE("queue");

  private final String word;

  ObjectKind(String word) {
    this.word = word;
  }

  /** The word for messages: {@code dict} or {@code queue}. */
  public String word() {
    return word;
  }

  /** The kind that this is not. */
  public ObjectKind other() {
    return this == DICT ? QUEUE : DICT;
  }
}

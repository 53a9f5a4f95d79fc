package dev.cove.volume;

/** Whether what is asked for a directory includes what is in it. */
public enum Recursive {
  NO,
  YES
}

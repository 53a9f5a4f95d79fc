package dev.cove.volume;

import java.time.Instant;
import java.util.List;

/**
 * One commit of a volume, as its history tells it.
 *
 * @param number 1 for the first; 0 for the state the volume began with, which history shows for a clone only
 * @param parents the commit before; none for the first
 * @param base the commit the changes were made on: another than the parent where changes were merged
 * @param time when it was made, by the clock of who made it
 * @param files how many files and symbolic links the volume has with it
 * @param bytes how large they are together, holes included
 */
public record Commit(
    long number,
    List<Long> parents,
    long base,
    Instant time,
    String author,
    String message,
    long files,
    long bytes) {

  public Commit {
    parents = List.copyOf(parents);
  }

  /** The name by which commands and {@link Volume#at} know it. */
  public String id() {
    return Long.toString(number);
  }

  /** Whether another commit had come first and its changes were merged with these. */
  public boolean merged() {
    return !parents.isEmpty() && parents.get(0) != base;
  }
}

package dev.cove.storage.testkit.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One thing to do. Its numbers are interpreted by what there is at the time, so that any sequence
 * of operations can be run, and a failing one be shortened.
 */
public record Operation(Kind kind, int first, int second, int third, int fourth) {

  /** What can be done, and how often it is. */
  enum Kind {
    OPEN(10),
    CLOSE(8),
    PWRITE(14),
    PREAD(8),
    APPEND(4),
    FTRUNCATE(3),
    FSYNC(3),
    WRITE_FILE(8),
    APPEND_FILE(3),
    READ_FILE(6),
    TRUNCATE(3),
    RENAME(10),
    UNLINK(5),
    MKDIR(7),
    RMDIR(4),
    STAT(4),
    LIST(4),
    CHMOD(3),
    SET_MODIFIED(2),
    SYMLINK(2),
    READLINK(2),
    CHECK_ALL(1),
    REMOUNT(1);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }

    /** Whether it needs a file that was opened before, or leaves one open. */
    boolean keepsFilesOpen() {
      return switch (this) {
        case OPEN, CLOSE, PWRITE, PREAD, APPEND, FTRUNCATE, FSYNC -> true;
        default -> false;
      };
    }
  }

  /** Whether files stay open from one operation to the next. */
  public enum Handles {
    KEPT_OPEN,
    CLOSED_AT_ONCE
  }

  /** So many operations; the same ones for the same seed. */
  public static List<Operation> random(long seed, int count, Handles handles) {
    Random random = new Random(seed);
    List<Kind> lots = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (handles == Handles.KEPT_OPEN || !kind.keepsFilesOpen()) {
        for (int i = 0; i < kind.weight; i++) {
          lots.add(kind);
        }
      }
    }
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      operations.add(new Operation(
          lots.get(random.nextInt(lots.size())),
          random.nextInt(1 << 20),
          random.nextInt(1 << 20),
          random.nextInt(1 << 20),
          random.nextInt(1 << 20)));
    }
    return operations;
  }
}

package dev.cove.state.sqlite;

import java.nio.file.Path;
import java.time.Duration;

/** A program that takes the writer lock of the store in a folder, says so, and keeps it until it is killed. */
public final class LockHolder {
  private LockHolder() {}

  public static void main(String[] words) throws Exception {
    Path database = SqliteFiles.database(Path.of(words[0]));
    try (WriterLock lock = new WriterLock(SqliteFiles.lock(database), Duration.ofSeconds(30))) {
      lock.acquire();
      System.out.println("held");
      Thread.sleep(Duration.ofMinutes(5).toMillis());
    }
  }
}

package dev.cove.state.sqlite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.state.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * The stores that this process has open, each once however often it was asked for: the kernel's file locks belong to the
 * process, so that a second opening would not wait for the first, and closing it would drop the first one's locks.
 */
final class OpenStores {
  /** One store's files and how many use them. */
  static final class Shared {
    final Path folder;
    final Database database;
    final Bells bells;

    @GuardedBy("OPEN")
    private int users;

    private Shared(Path folder, Database database, Bells bells) {
      this.folder = folder;
      this.database = database;
      this.bells = bells;
    }

    /** Ends one use; the last one closes the files. */
    void leave() throws IOException {
      synchronized (OPEN) {
        if (--users == 0) {
          OPEN.remove(folder);
          bells.close();
          database.close();
        }
      }
    }
  }

  @GuardedBy("itself")
  private static final Map<Path, Shared> OPEN = new HashMap<>();

  private OpenStores() {}

  /** Opens the store or joins those who have it open; {@code clock} and timeout are those of the first. */
  static Shared join(StoreOptions options, Clock clock) throws IOException {
    OwnerOnly.createFolder(options.folder());
    Path folder = options.folder().toRealPath();
    synchronized (OPEN) {
      Shared shared = OPEN.get(folder);
      if (shared == null) {
        Bells bells = new Bells(folder.resolve("bells"));
        shared = new Shared(
            folder, Database.open(SqliteFiles.database(folder), options.timeout(), clock), bells);
        OPEN.put(folder, shared);
      }
      shared.users++;
      shared.database.require(options.durability());
      return shared;
    }
  }

  static boolean isOpen(Path folder) throws IOException {
    synchronized (OPEN) {
      return Files.exists(folder) && OPEN.containsKey(folder.toRealPath());
    }
  }
}

package dev.cove.directory;

import dev.cove.storage.Content;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.WriteCondition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Makes objects appear whole: written and synced under a name of no consequence, then given their own name in one step, then
 * the folder synced. Creating is link(2), which never replaces; replacing is rename(2) in the key's {@link Turns turn}.
 */
final class Writing {
  // A writer finds its folder removed by those who delete what else was in it: as often as they do,
  // in theory.
  private static final int ATTEMPTS = 100;
  private static final int BUFFER = 128 << 10;

  private final Path root;
  private final TempFiles temps;
  private final Folders folders;
  private final Turns turns;
  private final Failures failures;

  Writing(Path root, TempFiles temps) {
    this.root = root;
    this.temps = temps;
    this.turns = new Turns(root, "key-");
    this.folders = new Folders(root);
    this.failures = new Failures(root);
  }

  /** What fills a file with an object's bytes. */
  interface Filler {
    void fill(FileChannel file) throws IOException;
  }

  static Filler of(Content content) {
    return file -> {
      long left = content.size();
      byte[] buffer = new byte[(int) Math.max(1, Math.min(left, BUFFER))];
      try (InputStream in = content.open()) {
        while (left > 0) {
          int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
          if (count < 0) {
            throw wrongSize(content);
          }
          write(file, ByteBuffer.wrap(buffer, 0, count));
          left -= count;
        }
        if (in.read() >= 0) {
          throw wrongSize(content);
        }
      }
    };
  }

  private static StorageException wrongSize(Content content) {
    return new StorageException(
        Kind.INVALID, "the content does not have the " + content.size() + " bytes it said");
  }

  private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  /** A whole file on disk that nobody sees yet; its size is the object's. */
  record Prepared(Path path, Label label, long size) {}

  Prepared prepare(Filler filler, Label label) throws IOException {
    Path temp = temps.next();
    boolean done = false;
    try (FileChannel file =
        FileChannel.open(temp, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      filler.fill(file);
      long size = file.size();
      write(file, label.encode());
      file.force(true);
      done = true;
      return new Prepared(temp, label, size);
    } finally {
      if (!done) {
        Files.deleteIfExists(temp);
      }
    }
  }

  /** Gives the file its name if the condition holds; it is gone from its old one in any case. */
  Stored publish(String key, Prepared prepared, WriteCondition condition) throws IOException {
    Path temp = prepared.path();
    Path target = root.resolve(KeyPaths.path(key));
    Path folder = target.resolveSibling("");
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          folders.ensure(folder);
          name(key, temp, target, condition);
          break;
        } catch (NoSuchFileException e) {
          if (attempt == ATTEMPTS || !Files.isDirectory(root)) {
            throw e;
          }
          folders.forget();
        }
      }
      Folders.syncIfThere(folder);
      return new Stored(prepared.label().version(), null);
    } finally {
      Files.deleteIfExists(temp);
    }
  }

  private void name(String key, Path temp, Path target, WriteCondition condition)
      throws IOException {
    if (condition instanceof WriteCondition.IfAbsent) {
      try {
        Files.createLink(target, temp);
        return;
      } catch (FileAlreadyExistsException e) {
        throw exists(key);
      } catch (NoSuchFileException e) {
        throw e;
      } catch (UnsupportedOperationException | FileSystemException e) {
        if (failures
                .of(key, e instanceof IOException io ? io : new IOException(e))
                .kind()
            != Kind.UNAVAILABLE) {
          throw e;
        }
        // A file system without hard links: the turn below is as exclusive, if every process has to
        // take it.
      }
    }
    turns.take(key, () -> {
      check(key, target, condition);
      return Files.move(temp, target, StandardCopyOption.ATOMIC_MOVE);
    });
  }

  /** Removes the object if the condition holds, and whether there was one. */
  boolean delete(String key, WriteCondition condition) throws IOException {
    Path target = root.resolve(KeyPaths.path(key));
    if (condition instanceof WriteCondition.None && Files.notExists(target)) {
      return false;
    }
    return turns.take(key, () -> {
      check(key, target, condition);
      boolean removed = Files.deleteIfExists(target);
      folders.prune(target.resolveSibling(""));
      return removed;
    });
  }

  /** Whether a creation has no chance, found out before its bytes are written. */
  void refuseEarly(String key, WriteCondition condition) throws IOException {
    if (condition instanceof WriteCondition.IfAbsent
        && Files.exists(root.resolve(KeyPaths.path(key)))) {
      throw exists(key);
    }
  }

  private static void check(String key, Path target, WriteCondition condition) throws IOException {
    if (condition instanceof WriteCondition.IfAbsent && Files.exists(target)) {
      throw exists(key);
    }
    if (condition instanceof WriteCondition.IfVersion wanted) {
      try (OpenObject present = OpenObject.open(key, target)) {
        if (present.info().version().equals(wanted.expected())) {
          return;
        }
      } catch (NoSuchFileException e) {
        // Another state than the expected one, too.
      }
      throw new StorageException(
          Kind.PRECONDITION_FAILED, key + " does not have the expected version");
    }
  }

  private static StorageException exists(String key) {
    return new StorageException(Kind.PRECONDITION_FAILED, key + " exists already");
  }
}

package dev.cove.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Directories that survive a crash of the machine: made, synced into their parents, and removed when empty. */
final class Folders {
  private final Path root;

  // Those this process knows to be on disk. Losing one to another process costs a sync, never an
  // object.
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  Folders(Path root) {
    this.root = root;
  }

  static void create(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // Another process was first.
    }
  }

  /** Makes the folder and those above it, up to the store's own, which is never made again once it is gone. */
  void ensure(Path folder) throws IOException {
    if (folder.equals(root) || durable.contains(folder)) {
      return;
    }
    Path parent = folder.resolveSibling("");
    ensure(parent);
    create(folder);
    sync(parent);
    durable.add(folder);
  }

  /** Looks at the disk again: something that was known to be there is not. */
  void forget() {
    durable.clear();
  }

  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes the folder and those above it as far as they are empty. Another process may be about to use one: it makes it again. */
  void prune(Path folder) throws IOException {
    for (Path each = folder; !each.equals(root); each = each.resolveSibling("")) {
      durable.remove(each);
      try {
        Files.deleteIfExists(each);
      } catch (DirectoryNotEmptyException e) {
        return;
      }
    }
  }

  /** Syncs a folder if it is still there: others remove it with the last object in it. */
  static void syncIfThere(Path folder) throws IOException {
    try {
      sync(folder);
    } catch (NoSuchFileException e) {
      // What was to be on disk is gone by now.
    }
  }
}

package dev.cove.directory;

import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says what a failed file operation means for an object store. */
final class Failures {
  // Below this a disk counts as full where the reason is given in the language of the user.
  private static final long NEARLY_NOTHING = 64 << 10;

  private final Path root;

  Failures(Path root) {
    this.root = root;
  }

  /** The failure, with the key or folder it was about. */
  StorageException of(String what, IOException e) {
    if (e instanceof StorageException known) {
      return known;
    }
    if (e instanceof ClosedByInterruptException || e instanceof FileLockInterruptionException) {
      return new StorageException(Kind.INTERRUPTED, what + ": interrupted", e);
    }
    if (!Files.isDirectory(root)) {
      return gone(e);
    }
    String reason = reason(e);
    if (e instanceof AccessDeniedException) {
      return new StorageException(
          Kind.ACCESS_DENIED, what + ": this user may not use " + file(e), e);
    }
    if (reason.contains("Read-only file system")) {
      return new StorageException(
          Kind.READ_ONLY, what + ": the file system of " + root + " is read-only", e);
    }
    if (reason.contains("No space left") || reason.contains("quota") || isFull()) {
      return new StorageException(
          Kind.NO_SPACE, what + ": the disk of " + root + " is full (" + reason + ")", e);
    }
    return new StorageException(Kind.UNAVAILABLE, what + ": " + reason, e);
  }

  StorageException gone(IOException e) {
    return new StorageException(Kind.NO_SUCH_BUCKET, "there is no folder " + root, e);
  }

  private boolean isFull() {
    try {
      return Files.getFileStore(root).getUsableSpace() < NEARLY_NOTHING;
    } catch (IOException e) {
      return false;
    }
  }

  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return (reason == null ? e.toString() : reason).replace('\n', ' ');
  }

  private Object file(IOException e) {
    String file = e instanceof FileSystemException f ? f.getFile() : null;
    return file == null ? root : file;
  }
}

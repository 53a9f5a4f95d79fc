package dev.cove.write;

import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.WriteCondition;
import dev.cove.write.Shape.Attempt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out what became of writes whose answer was a failure or none at all. */
final class Settlement {
  private final ObjectStore store;
  private final Uploads uploads;

  Settlement(ObjectStore store, Uploads uploads) {
    this.store = store;
    this.uploads = uploads;
  }

  /** Whether an object, or an upload, was not what the request named. */
  static boolean isMoved(StorageException e) {
    return e.kind() == StorageException.Kind.PRECONDITION_FAILED
        || e.kind() == StorageException.Kind.NOT_FOUND;
  }

  /** Looks whether a write that was in doubt was applied; one request, none where nothing is. */
  void settleEarlier(StagedFile file) throws IOException, Again {
    List<Attempt> open;
    file.lock.lock();
    try {
      open = new ArrayList<>(file.draft().shape().attempts());
    } finally {
      file.lock.unlock();
    }
    List<String> looked = new ArrayList<>();
    for (Attempt attempt : open) {
      String key = attempt.target.key();
      if (!looked.contains(key)) {
        looked.add(key);
        recognise(file, key, null);
      }
    }
  }

  /**
   * Looks at the object.
   *
   * @param mine the write that has just ended in doubt
   * @return the object; null where there is none
   * @throws Again when it is another write of this file
   */
  private @Nullable ObjectInfo recognise(StagedFile file, String key, @Nullable Attempt mine)
      throws IOException, Again {
    ObjectInfo info;
    try {
      info = store.head(key);
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
    file.lock.lock();
    try {
      Attempt own = file.draft().shape().attempt(writeId(info), info.size());
      if (own != null && own != mine && own.target.key().equals(key)) {
        file.moved(own, info.version());
        throw new Again(info.version());
      }
    } finally {
      file.lock.unlock();
    }
    return info;
  }

  private static @Nullable String writeId(ObjectInfo info) {
    return info.attributes() == null ? null : info.attributes().metadata().get(Target.WRITE_ID);
  }

  /**
   * Finds out what became of a write that failed.
   *
   * @return what was stored after all; null when nothing was and the failure stands
   * @throws WriteException {@code CONFLICT} when another write came first
   * @throws Again when the state is not what the caller went by
   */
  @Nullable
  Stored settle(StagedFile file, Target goal, Attempt attempt, IOException cause)
      throws IOException, Again {
    if (!(cause instanceof StorageException failure)) {
      giveUp(file, attempt);
      throw cause;
    }
    if (neverApplied(failure.kind())) {
      giveUp(file, attempt);
      return null;
    }
    if (failure.kind() == StorageException.Kind.INTERRUPTED) {
      // The look would be interrupted, too; the next publish looks.
      return null;
    }
    ObjectInfo info;
    try {
      info = recognise(file, goal.key(), attempt);
    } catch (StorageException e) {
      failure.addSuppressed(e);
      return null;
    }
    if (info != null && attempt.writeId.equals(writeId(info)) && info.size() == attempt.size) {
      return new Stored(info.version(), info.versionId());
    }
    WriteCondition condition = goal.options().condition();
    boolean holds = condition instanceof WriteCondition.None
        || (condition instanceof WriteCondition.IfAbsent && info == null)
        || (condition instanceof WriteCondition.IfVersion wanted
            && info != null
            && info.version().equals(wanted.expected()));
    if (!holds) {
      giveUp(file, attempt);
      throw conflict(file, goal, failure);
    }
    if (failure.kind() == StorageException.Kind.PRECONDITION_FAILED) {
      // The condition holds after all: servers refuse writes that merely meet another at work.
      throw new Again(null);
    }
    return null;
  }

  /** Kinds that say so at the first try, so that none before it can have been applied either. */
  private static boolean neverApplied(StorageException.Kind kind) {
    return switch (kind) {
      case INVALID, UNSUPPORTED, READ_ONLY, NO_SUCH_BUCKET, ARCHIVED, INVALID_RANGE -> true;
      case NOT_FOUND,
          PRECONDITION_FAILED,
          UNAUTHENTICATED,
          ACCESS_DENIED,
          NO_SPACE,
          CORRUPT,
          THROTTLED,
          TIMEOUT,
          UNAVAILABLE,
          INTERRUPTED -> false;
    };
  }

  private static void giveUp(StagedFile file, Attempt attempt) throws IOException {
    file.lock.lock();
    try {
      file.draft().shape().dropped(attempt);
      file.draft().journal().attemptDropped(attempt);
    } finally {
      file.lock.unlock();
    }
  }

  /** What it means that unchanged bytes could not be had. */
  IOException baseFailure(StagedFile file, Target goal, StorageException cause)
      throws IOException, Again {
    if (!isMoved(cause)) {
      return cause;
    }
    Base base = file.base();
    if (base == null) {
      return cause;
    }
    ObjectInfo info;
    try {
      info = recognise(file, base.key(), null);
    } catch (StorageException e) {
      cause.addSuppressed(e);
      return cause;
    }
    if (info == null || !info.version().equals(base.version())) {
      return conflict(file, goal, cause);
    }
    if (cause.kind() == StorageException.Kind.PRECONDITION_FAILED) {
      throw new Again(null);
    }
    return cause;
  }

  WriteException conflict(StagedFile file, Target goal, @Nullable Throwable cause)
      throws IOException {
    String reason =
        goal.key() + " was changed by another writer meanwhile; what was written here is kept";
    boolean whole;
    file.lock.lock();
    try {
      whole = file.draft().shape().gone().isEmpty();
      file.draft().journal().kept(reason);
    } finally {
      file.lock.unlock();
    }
    if (whole) {
      uploads.drop(file);
    }
    return new WriteException(WriteException.Kind.CONFLICT, reason, cause);
  }
}

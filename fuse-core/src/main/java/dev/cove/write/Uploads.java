package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.ObjectStore;
import dev.cove.write.Shape.Attempt;
import java.io.IOException;

/** Which multipart upload a staged file is sent with, and the end of those of no use any more. */
final class Uploads {
  private final ObjectStore store;
  private final UploadNotes notes;

  Uploads(ObjectStore store, UploadNotes notes) {
    this.store = store;
    this.notes = notes;
  }

  /** The upload to use: the one under way if it can become the goal. */
  Transfer transfer(StagedFile file, Target goal) throws IOException {
    boolean usable;
    file.lock.lock();
    try {
      Transfer present = file.draft().transfer();
      usable = present != null && isUsable(file, present, goal);
    } finally {
      file.lock.unlock();
    }
    if (!usable) {
      drop(file);
    }
    file.lock.lock();
    try {
      Transfer present = file.draft().transfer();
      if (present == null) {
        present = new Transfer(goal, Sender.newWriteId(), file.draft().shape().base());
        file.draft().transfer(present);
      }
      present.forgetFailures();
      return present;
    } finally {
      file.lock.unlock();
    }
  }

  @GuardedBy("file.lock")
  private boolean isUsable(StagedFile file, Transfer transfer, Target goal) {
    Shape shape = file.draft().shape();
    Base base = shape.base();
    boolean sameBase =
        transfer.base() == null ? shape.baseLimit() == 0 : transfer.base().equals(base);
    Attempt before = shape.attempt(transfer.writeId);
    // An id in doubt stands for one content only.
    boolean sameContent = before == null || before.holds(shape) || !shape.gone().isEmpty();
    boolean ordered = !store.capabilities().orderedParts() || transfer.resends() == 0;
    return !transfer.isRetired()
        && transfer.target.key().equals(goal.key())
        && sameBase
        && sameContent
        && ordered;
  }

  /** Forgets an upload that the store does not have any more. */
  void forget(StagedFile file, Transfer transfer) throws IOException {
    file.lock.lock();
    try {
      if (!file.draft().shape().gone().isEmpty()) {
        throw new WriteException(
            WriteException.Kind.LOST,
            "the store dropped the upload of " + transfer.target.key()
                + " and the spool was too small to keep what was sent");
      }
      retire(file, transfer);
    } finally {
      file.lock.unlock();
    }
    if (transfer.upload() != null) {
      // Gone as far as the store says; asking once more costs little and leaks nothing.
      notes.abort(transfer.upload());
    }
  }

  /** Ends the upload under way, if there is one, once its requests have ended. */
  void drop(StagedFile file) throws IOException {
    Transfer transfer;
    file.lock.lock();
    try {
      transfer = file.draft().transfer();
      if (transfer == null) {
        return;
      }
      if (!file.draft().shape().gone().isEmpty() && !file.turns().isClosed()) {
        throw new WriteException(
            WriteException.Kind.STREAM_ONLY,
            "what was sent of " + transfer.target.key()
                + " cannot be sent again: the spool is too small to keep it; raise --spool-size");
      }
      retire(file, transfer);
    } finally {
      file.lock.unlock();
    }
    if (transfer.upload() != null) {
      notes.abort(transfer.upload());
    }
  }

  /** Waits for the requests of an upload that is of no use any more and forgets it. */
  @GuardedBy("file.lock")
  private void retire(StagedFile file, Transfer transfer) throws IOException {
    transfer.retire();
    while (transfer.inFlight() > 0) {
      file.turns().awaitChangeWhatever();
    }
    if (transfer.upload() != null) {
      notes.useless(transfer.upload());
    }
    file.draft().transfer(null);
    if (!file.turns().isClosed()) {
      file.draft().journal().uploadDropped();
    }
  }

  /** Ends the upload of a file that is not wanted any more, and the file. */
  void discard(StagedFile file) throws IOException {
    file.lock.lock();
    try {
      Transfer transfer = file.draft().transfer();
      if (transfer != null) {
        transfer.retire();
        if (transfer.upload() != null) {
          notes.useless(transfer.upload());
        }
      }
    } finally {
      file.lock.unlock();
    }
    // Requests under way fail once they come to bytes that are gone.
    file.close();
    drop(file);
  }

  /** Tries once more to end what could not be ended. */
  void sweep() {
    notes.sweep();
  }
}

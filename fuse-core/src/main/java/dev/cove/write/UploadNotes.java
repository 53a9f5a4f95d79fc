package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.Upload;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no multipart upload is left in the bucket for good: notes in the spool of those
 * that are of no use any more and could not be ended yet, and of those that were asked for and whose
 * id is written down nowhere else. They survive the process; {@link #sweep} ends what they tell of.
 */
public final class UploadNotes {
  private static final Logger LOG = LoggerFactory.getLogger(UploadNotes.class);
  private static final String USELESS = ".orphan";
  private static final String ASKED_FOR = ".asked";
  // 15 minutes: S3 refuses requests of a machine whose clock differs by more from its own.
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(15);

  private final ObjectStore store;
  private final Spool spool;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final List<Upload> useless = new ArrayList<>();

  /** What was asked for and nobody heard of. */
  @GuardedBy("lock")
  private final List<Asked> unheard = new ArrayList<>();

  /** An upload that is asked for. */
  record Asked(Path note, String key, Instant when) {}

  UploadNotes(ObjectStore store, Spool spool) throws IOException {
    this.store = store;
    this.spool = spool;
    for (Path path : spool.files(USELESS)) {
      try (DataInputStream in = new DataInputStream(Files.newInputStream(path))) {
        useless.add(Records.upload(in));
      } catch (EOFException e) {
        // The process died while it wrote the note; the upload was still in its file's journal.
        spool.deleteFile(path);
      }
    }
    for (Path path : spool.files(ASKED_FOR)) {
      try (DataInputStream in = new DataInputStream(Files.newInputStream(path))) {
        unheard.add(new Asked(path, in.readUTF(), Instant.ofEpochMilli(in.readLong())));
      } catch (EOFException e) {
        spool.deleteFile(path); // the request comes after the note
      }
    }
  }

  /** Notes that an upload is about to be asked for. */
  Asked asking(String key) {
    Asked asked = new Asked(spool.file(UUID.randomUUID() + ASKED_FOR), key, Instant.now());
    try (DataOutputStream out =
        new DataOutputStream(Channels.newOutputStream(spool.openFile(asked.note)))) {
      out.writeUTF(key);
      out.writeLong(asked.when.toEpochMilli());
    } catch (IOException e) {
      LOG.warn("Cannot note that an upload of {} begins: {}", key, e.getMessage());
    }
    return asked;
  }

  /**
   * The request has ended, and what became of the upload is written down elsewhere or it has ended too.
   *
   * @param failure why there is none; one that may have been begun all the same is looked for
   */
  void answered(Asked asked, @Nullable Throwable failure) {
    if (failure instanceof StorageException e && e.mayHaveBeenApplied()) {
      synchronized (lock) {
        unheard.add(asked);
      }
    } else {
      spool.deleteFile(asked.note);
    }
  }

  /** A request that begins an upload. */
  public interface Begin {
    Upload call() throws StorageException;
  }

  /**
   * Begins an upload that no journal speaks of: a later process ends it, unless it has been {@linkplain
   * #forget forgotten}.
   */
  public Upload begin(String key, Begin request) throws StorageException {
    Asked asked = asking(key);
    try {
      Upload upload = request.call();
      useless(upload);
      answered(asked, null);
      return upload;
    } catch (StorageException e) {
      answered(asked, e);
      throw e;
    }
  }

  /** The upload has become an object. */
  public void forget(Upload upload) {
    spool.deleteFile(note(upload));
  }

  /** Keeps in mind that an upload is of no use, for the next process, too. */
  void useless(Upload upload) {
    try (DataOutputStream out =
        new DataOutputStream(Channels.newOutputStream(spool.openFile(note(upload))))) {
      Records.upload(out, upload);
    } catch (IOException e) {
      LOG.warn("Cannot note that an upload of {} is of no use: {}", upload.key(), e.getMessage());
    }
  }

  private Path note(Upload upload) {
    byte[] name = (upload.key() + '\0' + upload.id()).getBytes(StandardCharsets.UTF_8);
    return spool.file(UUID.nameUUIDFromBytes(name) + USELESS);
  }

  /** Ends an upload that is of no use, now or later; never fails. */
  public void abort(Upload upload) {
    try {
      store.abort(upload);
      forget(upload);
    } catch (StorageException e) {
      useless(upload);
      synchronized (lock) {
        useless.add(upload);
      }
    }
  }

  /** Tries to end all that wait for it; no request where nothing does. */
  public void sweep() {
    List<Upload> waiting;
    List<Asked> asked;
    synchronized (lock) {
      waiting = new ArrayList<>(useless);
      useless.clear();
      asked = new ArrayList<>(unheard);
      unheard.clear();
    }
    waiting.forEach(this::abort);
    for (Asked each : asked) {
      try {
        findAndAbort(each);
        spool.deleteFile(each.note);
      } catch (IOException e) {
        LOG.warn("Cannot look for an upload of {} yet: {}", each.key, e.getMessage());
        synchronized (lock) {
          unheard.add(each);
        }
      }
    }
  }

  /** Ends what can only be the upload that was asked for: empty, of that time, and nobody's. */
  private void findAndAbort(Asked asked) throws IOException {
    Set<String> inUse = new HashSet<>();
    for (Upload upload : spool.uploadsLeft()) {
      inUse.add(upload.id());
    }
    for (Upload upload : store.listUploads(asked.key)) {
      Duration apart = Duration.between(asked.when, upload.started()).abs();
      if (upload.key().equals(asked.key)
          && apart.compareTo(CLOCKS_DIFFER) <= 0
          && !inUse.contains(upload.id())
          && store.listParts(upload).isEmpty()) {
        abort(upload);
      }
    }
  }
}

package dev.cove.fuse;

import dev.cove.fuse.InitNegotiation.Agreement;
import dev.cove.vfs.FileNames;
import dev.cove.vfs.KernelCache;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.ErrorCodes;

/**
 * Tells the kernel what to forget, from a thread of its own: while it does so the kernel takes locks
 * that the requests being served may hold. What is asked for twice before it was done is done once.
 */
final class Notifier implements KernelCache, Runnable {
  private static final Logger log = LoggerFactory.getLogger(Notifier.class);

  /** Some 20 MB of names. Beyond it names and attributes are left to run out by their time-outs. */
  private static final int MOST_PENDING = 100_000;

  private final FuseDevice device;
  private final InitNegotiation init;

  private final Object lock = new Object();

  /** In the order they were asked for; guarded by {@link #lock}. */
  private final Set<Note> pending = new LinkedHashSet<>();

  private boolean closed;
  private boolean overflowed;

  Notifier(FuseDevice device, InitNegotiation init) {
    this.device = device;
    this.init = init;
  }

  private enum Kind {
    ATTRIBUTES,
    CONTENT,
    ENTRY
  }

  private record Note(Kind kind, long inode, @Nullable String name) {}

  @Override
  public void invalidateAttributes(long inode) {
    synchronized (lock) {
      if (!pending.contains(new Note(Kind.CONTENT, inode, null))) {
        add(new Note(Kind.ATTRIBUTES, inode, null));
      }
    }
  }

  @Override
  public void invalidateContent(long inode) {
    synchronized (lock) {
      pending.remove(new Note(Kind.ATTRIBUTES, inode, null));
      add(new Note(Kind.CONTENT, inode, null));
    }
  }

  @Override
  public void invalidateEntry(long parent, String name) {
    synchronized (lock) {
      add(new Note(Kind.ENTRY, parent, name));
    }
  }

  private void add(Note note) {
    // Content has no time-out, and there are no more of those than inodes the kernel knows.
    if (pending.size() >= MOST_PENDING && note.kind() != Kind.CONTENT) {
      if (!overflowed) {
        overflowed = true;
        log.warn("too much to invalidate at once: some names stay until their time-outs end");
      }
      return;
    }
    pending.add(note);
    lock.notifyAll();
  }

  void close() {
    synchronized (lock) {
      closed = true;
      pending.clear();
      lock.notifyAll();
    }
  }

  @Override
  public void run() {
    NativeBuffer buffer = new NativeBuffer(NativeBuffer.PAGE);
    try {
      Agreement agreement = init.agreement().get();
      int entryFlags =
          agreement.has(FuseProtocol.HAS_EXPIRE_ONLY) ? FuseProtocol.NOTIFY_EXPIRE_ONLY : 0;
      for (Note note = next(); note != null; note = next()) {
        send(note, entryFlags, buffer);
      }
    } catch (ExecutionException | InterruptedException e) {
      log.debug("nothing to invalidate: {}", e.toString());
    } finally {
      buffer.free();
    }
  }

  private @Nullable Note next() throws InterruptedException {
    synchronized (lock) {
      while (pending.isEmpty() && !closed) {
        overflowed = false;
        lock.wait();
      }
      if (closed) {
        return null;
      }
      Iterator<Note> first = pending.iterator();
      Note note = first.next();
      first.remove();
      return note;
    }
  }

  private void send(Note note, int entryFlags, NativeBuffer buffer) {
    ByteBuffer to = buffer.bytes().clear().position(FuseProtocol.OUT_HEADER);
    to.putLong(note.inode());
    int code;
    if (note.name() != null) {
      code = FuseProtocol.NOTIFY_INVAL_ENTRY;
      byte[] name = FileNames.encode(note.name());
      to.putInt(name.length).putInt(entryFlags).put(name).put((byte) 0);
    } else {
      code = FuseProtocol.NOTIFY_INVAL_INODE;
      // A negative offset leaves the pages alone; length 0 reaches to the end.
      to.putLong(note.kind() == Kind.CONTENT ? 0 : -1).putLong(0);
    }
    int length = to.position();
    to.putInt(FuseProtocol.OUT_LENGTH, length)
        .putInt(FuseProtocol.OUT_ERROR, code)
        .putLong(FuseProtocol.OUT_UNIQUE, 0);
    int errno = device.send(buffer.address(), length);
    if (errno != 0 && errno != ErrorCodes.ENOENT()) {
      log.debug("the kernel did not invalidate {}: errno {}", note, errno);
    }
  }
}

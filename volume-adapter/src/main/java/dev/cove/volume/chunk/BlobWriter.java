package dev.cove.volume.chunk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.Content;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Packs new blobs and stores the packs, several at a time, while more is added. A blob that was added before, or is {@linkplain
 * #remember known} to be in the store, is not stored again. After {@link #flush} everything that was added is in the store; before
 * it, blobs can be read back all the same.
 *
 * <p>A pack whose upload failed is kept and sent again by the next flush; until then at most a few packs more are taken. Safe for
 * use by many threads.
 */
public final class BlobWriter implements BlobSource {
  // 8 MiB: 100 MB of small files are a dozen requests, and four packs under way need little memory.
  private static final int PACK_SIZE = 8 << 20;
  private static final int PACKS_UNDER_WAY = 4;
  private static final int SMALL_PACK = 64 << 10;
  private static final int FULL_PACK = PACK_SIZE + (1 << 20);
  // What takes less than a second need not be resumed, and a small commit is not to wait for a
  // local file.
  private static final int WORTH_RESUMING = 1 << 20;
  // 100,000 hashes and places take some 20 MB.
  private static final int REMEMBERED = 100_000;

  private final ObjectStore store;
  private final BlobSource stored;
  private final Executor uploads;
  private final Supplier<PackId> ids;
  private final @Nullable UploadMemory memory;
  /** Whether packs that are remembered are still there. */
  private final Map<PackId, Boolean> asked = new ConcurrentHashMap<>();

  private final Semaphore underWay = new Semaphore(PACKS_UNDER_WAY);

  /** Never held across a request. */
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable PackBuilder open;

  /** The room of a pack that is stored, for the next one: new arrays are cleared first, which takes as long as copying. */
  @GuardedBy("lock")
  private byte @Nullable [] spare;

  @GuardedBy("lock")
  private final Map<PackId, Upload> sealed = new LinkedHashMap<>();

  @GuardedBy("lock")
  private final Map<Hash, BlobRef> known = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Hash, BlobRef> eldest) {
      return size() > REMEMBERED;
    }
  };

  @GuardedBy("lock")
  private long bytesAdded;

  /** A finished pack and its way into the store. */
  private record Upload(PackBuilder pack, FutureTask<Void> task) {}

  /**
   * @param stored reads what is in the store
   * @param uploads runs the uploads
   * @param ids names new packs; no two alike, ever
   * @param memory what was uploaded before; null for nothing
   */
  public BlobWriter(
      ObjectStore store,
      BlobSource stored,
      Executor uploads,
      Supplier<PackId> ids,
      @Nullable UploadMemory memory) {
    this.memory = memory;
    this.store = store;
    this.stored = stored;
    this.uploads = uploads;
    this.ids = ids;
  }

  /** Says that a blob is in the store, so that the same bytes need not be stored again. */
  public void remember(BlobRef ref) {
    synchronized (lock) {
      known.putIfAbsent(ref.hash(), ref);
    }
  }

  /** Where the bytes are, or will be after the next {@link #flush}. */
  public BlobRef add(byte[] bytes) throws StorageException {
    return add(bytes, 0, bytes.length);
  }

  public BlobRef add(byte[] bytes, int offset, int length) throws StorageException {
    Hash hash = Hash.of(bytes, offset, length);
    recall(hash);
    Upload full;
    BlobRef ref;
    synchronized (lock) {
      BlobRef same = known.get(hash);
      if (same != null) {
        return same;
      }
      ref = append(hash, bytes, offset, length);
      full = sealFull();
    }
    startFull(full);
    return ref;
  }

  /** Adds blobs in one pack, one after the other, unless all of them are so already. */
  public List<BlobRef> addTogether(List<byte[]> all) throws StorageException {
    List<Hash> hashes = all.stream().map(Hash::of).toList();
    List<BlobRef> refs = new ArrayList<>(all.size());
    Upload full = null;
    synchronized (lock) {
      for (Hash hash : hashes) {
        BlobRef same = known.get(hash);
        if (same != null && (refs.isEmpty() || same.follows(refs.get(refs.size() - 1)))) {
          refs.add(same);
        }
      }
      if (refs.size() == all.size()) {
        return refs;
      }
      refs.clear();
      for (int i = 0; i < all.size(); i++) {
        refs.add(append(hashes.get(i), all.get(i), 0, all.get(i).length));
      }
      full = sealFull();
    }
    startFull(full);
    return refs;
  }

  @GuardedBy("lock")
  private BlobRef append(Hash hash, byte[] bytes, int offset, int length) {
    if (open == null) {
      open = new PackBuilder(ids.get(), room());
    }
    BlobRef ref = open.add(hash, bytes, offset, length);
    known.put(hash, ref);
    bytesAdded += length;
    return ref;
  }

  @GuardedBy("lock")
  private @Nullable Upload sealFull() {
    return open != null && open.size() >= PACK_SIZE ? seal() : null;
  }

  private void startFull(@Nullable Upload full) throws StorageException {
    if (full != null) {
      start(full);
      throwEarlierFailure();
    }
  }

  /** What has filled a pack will fill another: then there is room for all of it at once. */
  @GuardedBy("lock")
  private byte[] room() {
    byte[] room = spare;
    spare = null;
    return room != null ? room : new byte[sealed.isEmpty() ? SMALL_PACK : FULL_PACK];
  }

  /** Knows a blob that an earlier process has uploaded, if it is still there. */
  private void recall(Hash hash) {
    BlobRef earlier = memory == null ? null : memory.find(hash);
    if (earlier != null
        && asked.computeIfAbsent(earlier.pack(), pack -> reaches(pack.key(), earlier))) {
      remember(earlier);
    }
  }

  private boolean reaches(String key, BlobRef ref) {
    try {
      return store.head(key).size() >= ref.offset() + (long) ref.length();
    } catch (StorageException e) {
      return false; // It is uploaded again.
    }
  }

  /** How many bytes were new so far. */
  public long bytesAdded() {
    synchronized (lock) {
      return bytesAdded;
    }
  }

  /**
   * Waits until everything that was added is in the store.
   *
   * @throws StorageException the first failure; what could not be stored is kept and tried again by the next call
   */
  public void flush() throws StorageException {
    List<Upload> waiting;
    List<Upload> starting = new ArrayList<>();
    synchronized (lock) {
      for (Upload upload : List.copyOf(sealed.values())) {
        if (failed(upload)) {
          starting.add(enqueue(upload.pack()));
        }
      }
      if (open != null && !open.isEmpty()) {
        starting.add(seal());
      }
      waiting = List.copyOf(sealed.values());
    }
    for (Upload upload : starting) {
      start(upload);
    }
    StorageException first = null;
    for (Upload upload : waiting) {
      try {
        Parallel.await(upload.task());
      } catch (StorageException e) {
        if (e.kind() == StorageException.Kind.INTERRUPTED) {
          throw e;
        }
        first = first == null ? e : first;
      }
    }
    synchronized (lock) {
      spare = null; // It may be long until the next one.
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public byte[] read(BlobRef ref) throws StorageException {
    byte[] bytes = unstored(ref);
    return bytes != null ? bytes : stored.read(ref);
  }

  @Override
  public Map<BlobRef, byte[]> readAll(Collection<BlobRef> refs) throws StorageException {
    Map<BlobRef, byte[]> all = new HashMap<>();
    List<BlobRef> rest = new ArrayList<>();
    for (BlobRef ref : refs) {
      byte[] bytes = unstored(ref);
      if (bytes == null) {
        rest.add(ref);
      } else {
        all.put(ref, bytes);
      }
    }
    all.putAll(stored.readAll(rest));
    return all;
  }

  private byte @Nullable [] unstored(BlobRef ref) {
    synchronized (lock) {
      if (open != null && open.id().equals(ref.pack())) {
        return open.read(ref.offset(), ref.length());
      }
      Upload upload = sealed.get(ref.pack());
      return upload == null ? null : upload.pack().read(ref.offset(), ref.length());
    }
  }

  @GuardedBy("lock")
  private Upload seal() {
    PackBuilder pack = Objects.requireNonNull(open);
    pack.finish();
    open = null;
    return enqueue(pack);
  }

  @GuardedBy("lock")
  private Upload enqueue(PackBuilder pack) {
    Upload upload = new Upload(pack, new FutureTask<>(() -> {
      try {
        put(pack);
      } finally {
        underWay.release();
      }
      return null;
    }));
    sealed.put(pack.id(), upload);
    return upload;
  }

  private void start(Upload upload) throws StorageException {
    try {
      underWay.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      // A task that never runs would be waited for in vain: as a failed one it is sent again by the
      // next flush.
      upload.task().cancel(false);
      throw new StorageException(StorageException.Kind.INTERRUPTED, "interrupted", e);
    }
    uploads.execute(upload.task());
  }

  private void put(PackBuilder pack) throws StorageException {
    String key = pack.id().key();
    try {
      store.put(
          key,
          Content.of(ByteBuffer.wrap(pack.bytes(), 0, pack.size())),
          WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
    } catch (StorageException e) {
      // The name is random, so what is there under it is what an earlier try has put there.
      boolean there = e.kind() == StorageException.Kind.PRECONDITION_FAILED
          || (e.mayHaveBeenApplied() && isStored(key, pack.size()));
      if (!there) {
        throw e;
      }
    }
    if (memory != null && pack.size() >= WORTH_RESUMING) {
      memory.add(pack.blobs());
    }
    synchronized (lock) {
      sealed.remove(pack.id());
      spare = pack.bytes();
    }
  }

  private boolean isStored(String key, int size) {
    try {
      return store.head(key).size() == size;
    } catch (StorageException e) {
      return false; // The failure of the put itself is the one to report.
    }
  }

  private void throwEarlierFailure() throws StorageException {
    Upload failed;
    synchronized (lock) {
      failed = sealed.values().stream().filter(BlobWriter::failed).findFirst().orElse(null);
    }
    if (failed != null && !failed.task().isCancelled()) {
      Parallel.await(failed.task());
    }
  }

  /** A pack leaves the map when it is stored, so one that is here and done has failed. */
  private static boolean failed(Upload upload) {
    return upload.task().isDone();
  }
}

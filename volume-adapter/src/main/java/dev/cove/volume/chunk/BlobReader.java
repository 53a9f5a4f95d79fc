package dev.cove.volume.chunk;

import dev.cove.storage.ByteRange;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** Reads blobs out of the packs of a store. */
public final class BlobReader implements BlobSource {
  // Fetching what lies between costs less than another request: 64 KiB pass in a millisecond.
  private static final int LARGEST_GAP = 64 << 10;
  private static final int LARGEST_RUN = 8 << 20;

  private static final Comparator<BlobRef> BY_PLACE = Comparator.comparingLong(
          (BlobRef ref) -> ref.pack().high())
      .thenComparingLong(ref -> ref.pack().low())
      .thenComparingInt(BlobRef::offset)
      .thenComparingInt(BlobRef::length);

  private final ObjectStore store;
  private final Executor requests;

  /** @param requests runs the requests of {@link #readAll}, as many at a time as it has threads */
  public BlobReader(ObjectStore store, Executor requests) {
    this.store = store;
    this.requests = requests;
  }

  @Override
  public byte[] read(BlobRef ref) throws StorageException {
    byte[] bytes = fetch(ref.pack(), ref.range());
    check(ref, bytes, 0);
    return bytes;
  }

  @Override
  public Map<BlobRef, byte[]> readAll(Collection<BlobRef> refs) throws StorageException {
    Map<BlobRef, byte[]> all = new HashMap<>();
    List<List<BlobRef>> runs = runs(refs);
    if (runs.size() == 1) {
      all.putAll(fetch(runs.get(0)));
    } else {
      Parallel.forEach(requests, runs, run -> {
        Map<BlobRef, byte[]> fetched = fetch(run);
        synchronized (all) {
          all.putAll(fetched);
        }
      });
    }
    return all;
  }

  /** Groups blobs that one request fetches. */
  private static List<List<BlobRef>> runs(Collection<BlobRef> refs) {
    List<List<BlobRef>> runs = new ArrayList<>();
    List<BlobRef> run = new ArrayList<>();
    int start = 0;
    int end = 0;
    for (BlobRef ref : refs.stream().distinct().sorted(BY_PLACE).toList()) {
      boolean joins = !run.isEmpty()
          && run.get(0).pack().equals(ref.pack())
          && ref.offset() - end <= LARGEST_GAP
          && ref.offset() + ref.length() - start <= LARGEST_RUN;
      if (!joins) {
        run = new ArrayList<>();
        runs.add(run);
        start = ref.offset();
        end = start;
      }
      run.add(ref);
      end = Math.max(end, ref.offset() + ref.length());
    }
    return runs;
  }

  private Map<BlobRef, byte[]> fetch(List<BlobRef> run) throws StorageException {
    if (run.size() == 1) {
      return Map.of(run.get(0), read(run.get(0)));
    }
    int start = run.get(0).offset();
    int end = run.stream().mapToInt(ref -> ref.offset() + ref.length()).max().orElseThrow();
    byte[] bytes = fetch(run.get(0).pack(), ByteRange.of(start, end - start));
    Map<BlobRef, byte[]> blobs = new HashMap<>();
    for (BlobRef ref : run) {
      int from = ref.offset() - start;
      check(ref, bytes, from);
      blobs.put(ref, Arrays.copyOfRange(bytes, from, from + ref.length()));
    }
    return blobs;
  }

  private byte[] fetch(PackId pack, ByteRange range) throws StorageException {
    String key = pack.key();
    try {
      byte[] bytes = Sealed.fetch(store, new GetRequest(key, range, null));
      if (bytes.length != range.length()) {
        throw new StorageException(
            StorageException.Kind.CORRUPT, key + " is damaged: it ends too early");
      }
      return bytes;
    } catch (StorageException e) {
      throw switch (e.kind()) {
        case NOT_FOUND ->
          new StorageException(StorageException.Kind.NOT_FOUND, key + " is missing", e);
        case INVALID_RANGE ->
          new StorageException(
              StorageException.Kind.CORRUPT, key + " is damaged: it ends too early", e);
        default -> e;
      };
    }
  }

  private static void check(BlobRef ref, byte[] bytes, int from) throws StorageException {
    if (!Hash.of(bytes, from, ref.length()).equals(ref.hash())) {
      throw new StorageException(
          StorageException.Kind.CORRUPT,
          ref.pack().key() + " is damaged: " + ref.length() + " bytes at " + ref.offset()
              + " are not what they should be");
    }
  }
}

package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.Hash;
import dev.cove.volume.chunk.PackId;
import dev.cove.volume.chunk.PackIndex;
import dev.cove.volume.chunk.Parallel;
import dev.cove.volume.chunk.Sealed;
import dev.cove.volume.snapshot.TreeScan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Reads every byte of volumes and compares it with what it should be. */
final class Verifier {
  private final VolumeStore store;
  private final BlobWriter blobs;
  private final AtomicLong objects = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  /** What is wrong with an object, by its key. */
  private final Map<String, String> wrong = Collections.synchronizedMap(new TreeMap<>());
  /** The files that need a damaged object, by its key. */
  private final Map<String, Set<String>> files = new TreeMap<>();

  private final List<Line.Named> readable = new ArrayList<>();
  private final Map<PackId, Set<BlobRef>> wanted = new ConcurrentHashMap<>();
  private final Set<BlobRef> bad = ConcurrentHashMap.newKeySet();

  Verifier(VolumeStore store) {
    this.store = store;
    this.blobs = store.newWriter();
  }

  /** Checks the commits and tags of a volume; what they need is checked by {@link #finish}. */
  void line(String volume, Line line) throws StorageException {
    for (String key : store.keys(line.prefix())) {
      if (Line.number(key) < 0) {
        sealed(key.startsWith(line.prefix() + "tags/") ? Sealed.Kind.TAG : Sealed.Kind.LEASE, key);
      }
    }
    for (long number : line.numbers()) {
      String key = line.key(number);
      objects.incrementAndGet();
      try {
        readable.add(new Line.Named(volume, line.read(number, store.nodes(), blobs)));
      } catch (StorageException e) {
        damaged(key, e);
        files.computeIfAbsent(key, k -> new TreeSet<>()).add(volume + "@" + number + ":/");
      }
    }
  }

  /** Checks a small object. */
  void sealed(Sealed.Kind kind, String key) throws StorageException {
    try {
      objects.incrementAndGet();
      byte[] sealed = Sealed.fetch(store.objects(), key);
      bytes.addAndGet(sealed.length);
      Sealed.open(kind, sealed, key);
    } catch (StorageException e) {
      damaged(key, e);
    }
  }

  /** A pack to check although it may be nobody's. */
  void pack(PackId pack) {
    wanted.computeIfAbsent(pack, id -> ConcurrentHashMap.newKeySet());
  }

  VerifyReport finish() throws StorageException {
    Set<BlobRef> seen = new HashSet<>();
    for (Line.Named commit : readable) {
      new Needs(commit.commit(), blobs, this::want).collect(seen);
    }
    Parallel.forEach(store.workers().requests(), wanted.keySet(), this::check);
    if (!bad.isEmpty()) {
      Set<BlobRef> named = new HashSet<>();
      Set<String> told = new HashSet<>();
      for (Line.Named commit : readable) {
        new Needs(commit.commit(), blobs, ref -> {})
            .name(bad, named, (ref, path) -> tell(commit, ref.pack().key(), path, told));
      }
    }
    List<VerifyReport.Damage> damages = new ArrayList<>();
    wrong.forEach((key, what) -> damages.add(
        new VerifyReport.Damage(key, what, List.copyOf(files.getOrDefault(key, Set.of())))));
    return new VerifyReport(objects.get(), bytes.get(), damages);
  }

  /** A file that is the same in several commits is told once, of the newest. */
  private void tell(Line.Named commit, String object, String path, Set<String> told) {
    if (told.add(object + "\0" + commit.volume() + "\0" + path)) {
      files
          .computeIfAbsent(object, key -> new TreeSet<>())
          .add(commit.volume() + "@" + commit.commit().number() + ":" + path);
    }
  }

  private void want(BlobRef ref) {
    wanted.computeIfAbsent(ref.pack(), id -> ConcurrentHashMap.newKeySet()).add(ref);
  }

  private void check(PackId id) throws StorageException {
    Collection<BlobRef> refs = wanted.getOrDefault(id, Set.of());
    byte[] pack;
    try {
      objects.incrementAndGet();
      pack = Sealed.fetch(store.objects(), id.key());
      bytes.addAndGet(pack.length);
    } catch (StorageException e) {
      damaged(id.key(), e);
      bad.addAll(refs);
      return;
    }
    for (BlobRef ref : refs) {
      boolean inside = ref.offset() <= pack.length - ref.length();
      if (!inside || !Hash.of(pack, ref.offset(), ref.length()).equals(ref.hash())) {
        bad.add(ref);
        wrong.putIfAbsent(
            id.key(), ref.length() + " bytes at " + ref.offset() + " are not what they should be");
      }
    }
    try {
      List<BlobRef> damaged = new ArrayList<>();
      PackIndex.check(id, pack, damaged);
      for (BlobRef ref : damaged) {
        wrong.putIfAbsent(
            id.key(), ref.length() + " bytes at " + ref.offset() + " are not what they should be");
      }
    } catch (StorageException e) {
      damaged(id.key(), e);
    }
  }

  /** Remembers what is wrong with an object; a failure of the way to it ends the check. */
  private void damaged(String key, StorageException e) throws StorageException {
    if (!TreeScan.isDamage(e) && e.kind() != StorageException.Kind.UNSUPPORTED) {
      throw e;
    }
    wrong.putIfAbsent(
        key,
        e.kind() == StorageException.Kind.NOT_FOUND
            ? "it is missing"
            : String.valueOf(e.getMessage()));
  }
}

package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.NameRecord.Holds;
import dev.cove.volume.Names.Current;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.chunk.Parallel;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The volumes of a store by their names: who has which, who may get which, and what users are told about it. */
final class Catalogue {
  private static final int TRIES = 10;

  private final VolumeStore store;
  private final Names names;

  Catalogue(VolumeStore store, Names names) {
    this.store = store;
    this.names = names;
  }

  Current find(String name) throws StorageException {
    return names.find(name);
  }

  /**
   * The volume that was found.
   *
   * @throws VolumeException {@code UNKNOWN_VOLUME} when there is none
   */
  Holds existing(Current current) throws StorageException {
    Holds holds = current.volume();
    if (holds == null) {
      throw unknown(current);
    }
    return holds;
  }

  VolumeException unknown(Current current) throws StorageException {
    return current.state() instanceof NameRecord.Moved moved
        ? VolumeNames.moved(current.name(), moved.to())
        : VolumeNames.unknown(current.name(), volumes().keySet());
  }

  static VolumeException exists(String name) {
    return new VolumeException(
        Reason.VOLUME_EXISTS, "a volume is named '" + name + "' already: choose another name");
  }

  /**
   * A name that a volume may get, also where the deletion of another broke off.
   *
   * @throws VolumeException {@code VOLUME_EXISTS}
   */
  Current requireFree(String name) throws StorageException {
    return requireFree(names.find(name));
  }

  private Current requireFree(Current found) throws StorageException {
    Current current = names.settle(found);
    Holds holds = current.volume();
    if (holds != null && !isDeleted(holds)) {
      throw exists(current.name());
    }
    return current;
  }

  private boolean isDeleted(Holds volume) throws StorageException {
    Line line = new Line(store.objects(), volume.line());
    long newest = line.newest();
    return newest >= 0
        && line.read(newest, store.nodes(), store.newWriter()).kind() == CommitRecord.Kind.END;
  }

  /** Gives a volume a name that was found free; false when another has got it meanwhile. */
  boolean name(Current free, Holds volume) throws StorageException {
    return names.replace(free, volume);
  }

  /** Gives a name back, as long as that volume has it. */
  void free(String name, Holds volume) throws StorageException {
    Current current = names.find(name);
    while (volume.equals(current.volume()) && !names.replace(current, NameRecord.FREE)) {
      current = names.find(name);
    }
  }

  /**
   * Renames a volume, or not at all; of several at once the first.
   *
   * @throws VolumeException {@code UNKNOWN_VOLUME}, {@code VOLUME_EXISTS}
   */
  void rename(String from, String to) throws StorageException {
    for (int tries = 0; tries < TRIES; tries++) {
      Current old = names.find(from);
      Holds volume = existing(old);
      if (from.equals(to) || names.move(old, volume, placeFor(old, volume, to))) {
        return;
      }
    }
    throw new VolumeException(
        Reason.FAILED, "'" + from + "' or '" + to + "' is being renamed by others: try again");
  }

  /** Where a rename may put a volume: a free name, or one where an earlier try of the same rename broke off. */
  private Current placeFor(Current old, Holds volume, String to) throws StorageException {
    Current there = names.find(to);
    return there.state().equals(new NameRecord.Tentative(volume, old.name(), old.number() + 1))
        ? there
        : requireFree(there);
  }

  List<VolumeInfo> list() throws StorageException {
    return volumes().entrySet().stream()
        .map(each -> new VolumeInfo(each.getKey(), each.getValue().created()))
        .toList();
  }

  /** All volumes by their names; one whose name cannot be read is left to {@code verify} to tell. */
  SortedMap<String, Holds> volumes() throws StorageException {
    Map<String, Long> newest = new TreeMap<>();
    for (String key : store.keys(Names.PREFIX)) {
      long number = Inverted.number(key);
      if (number >= 0) {
        newest.merge(Names.name(key), number, Math::max);
      }
    }
    Map<String, Holds> found = new ConcurrentHashMap<>();
    Parallel.forEach(store.workers().requests(), newest.entrySet(), each -> {
      try {
        Holds holds = names.find(each.getKey(), each.getValue()).volume();
        if (holds != null) {
          found.put(each.getKey(), holds);
        }
      } catch (StorageException e) {
        if (e.kind() != StorageException.Kind.CORRUPT
            && e.kind() != StorageException.Kind.UNSUPPORTED) {
          throw e;
        }
      }
    });
    return new TreeMap<>(found);
  }
}

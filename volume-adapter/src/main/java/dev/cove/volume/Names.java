package dev.cove.volume;

import dev.cove.storage.Content;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.volume.NameRecord.Holds;
import dev.cove.volume.NameRecord.Moved;
import dev.cove.volume.NameRecord.Tentative;
import dev.cove.volume.chunk.Sealed;
import org.jspecify.annotations.Nullable;

/**
 * Which volume has which name. Under each name stand numbered records, each created once and only if absent, of which the newest
 * counts: so whoever changes a name knows what he replaces, and nobody else's change is ever undone.
 *
 * <p>A rename is two records. The first makes the new name {@link Tentative}; the second says {@link Moved} under the old one, and
 * that moment, and no other, gives the volume its new name. Of two renames at once only one can create the second.
 */
final class Names {
  static final String PREFIX = "names/";

  private final ObjectStore objects;

  Names(ObjectStore objects) {
    this.objects = objects;
  }

  /**
   * The newest record under a name, and what it comes to: {@link Holds}, a {@link Tentative} that is still open, or else no volume has the
   * name.
   */
  record Current(String name, long number, NameRecord state) {

    /** The volume of that name, if there is one. */
    @Nullable
    Holds volume() {
      return state instanceof Holds holds ? holds : null;
    }
  }

  static String key(String name, long number) {
    return PREFIX + name + "/" + Inverted.text(number);
  }

  /** The name in a key of a record. */
  static String name(String key) {
    return key.substring(PREFIX.length(), Math.max(PREFIX.length(), key.lastIndexOf('/')));
  }

  Current find(String name) throws StorageException {
    ListPage page = objects.list(ListRequest.all(PREFIX + name + "/").limit(1));
    return page.objects().isEmpty()
        ? new Current(name, -1, NameRecord.FREE)
        : find(name, Inverted.number(page.objects().get(0).key()));
  }

  /** As {@link #find(String)}, with the number of the newest record already known. */
  Current find(String name, long number) throws StorageException {
    NameRecord newest = read(name, number);
    if (newest == null) {
      throw new StorageException(
          StorageException.Kind.NOT_FOUND, key(name, number) + " is missing");
    }
    return new Current(name, number, resolve(name, number, newest));
  }

  private NameRecord resolve(String name, long number, NameRecord record) throws StorageException {
    if (record instanceof Tentative tentative) {
      NameRecord decision = read(tentative.from(), tentative.number());
      if (decision == null) {
        return tentative;
      }
      return decision.equals(new Moved(name, number)) ? tentative.volume() : NameRecord.FREE;
    }
    return record;
  }

  private @Nullable NameRecord read(String name, long number) throws StorageException {
    String key = key(name, number);
    try {
      return NameRecord.decode(Sealed.fetch(objects, key), key);
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /** Puts another record in the place of the one that was found; false when somebody else has done so first. */
  boolean replace(Current before, NameRecord after) throws StorageException {
    long number = before.number() + 1;
    try {
      objects.put(
          key(before.name(), number),
          Content.of(after.encode()),
          WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
      return true;
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.PRECONDITION_FAILED && !e.mayHaveBeenApplied()) {
        throw e;
      }
      NameRecord there = read(before.name(), number);
      if (there == null) {
        throw e;
      }
      return there.equals(after); // Then it was this call, and its answer was lost.
    }
  }

  /**
   * Ends a rename to this name that is still open: its volume keeps the name it has, and whoever is about to rename it begins anew.
   *
   * @return what the name comes to now, which is not open
   */
  Current settle(Current open) throws StorageException {
    Current current = open;
    while (current.state() instanceof Tentative tentative) {
      Current before = new Current(tentative.from(), tentative.number() - 1, NameRecord.FREE);
      boolean ended = replace(before, tentative.volume());
      current = ended
          ? new Current(open.name(), current.number(), NameRecord.FREE)
          : find(open.name(), current.number());
    }
    return current;
  }

  /** Moves a volume to a name that is free; false when either name has changed meanwhile, and nothing is moved. */
  boolean move(Current from, Holds volume, Current to) throws StorageException {
    Tentative tentative = new Tentative(volume, from.name(), from.number() + 1);
    long number = to.number();
    if (!tentative.equals(to.state())) { // An earlier try may have come so far.
      number++;
      if (!replace(to, tentative)) {
        return false;
      }
    }
    if (!replace(from, new Moved(to.name(), number))) {
      return false;
    }
    confirm(new Current(to.name(), number, volume), volume);
    return true;
  }

  /** Spares who opens the volume a look at the name before. */
  private void confirm(Current moved, Holds volume) {
    try {
      replace(moved, volume);
    } catch (StorageException e) {
      // It has its name all the same.
    }
  }
}

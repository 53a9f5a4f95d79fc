package dev.cove.benchmarks.state;

import dev.cove.state.Bytes;
import dev.cove.state.Dict;
import dev.cove.state.Durability;
import dev.cove.state.IfMissing;
import dev.cove.state.NamedQueue;
import dev.cove.state.StateStore;
import dev.cove.state.StoreOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A store to measure, filled with so many entries and items of 100 bytes. */
record Store(StateStore state, Dict dict, NamedQueue queue, int filled) implements AutoCloseable {
  static final Bytes VALUE = Bytes.utf8("v".repeat(100));
  private static final int AT_ONCE = 10_000;

  /** @param where a folder, or the URL of a Redis server */
  static Store open(String where, int filled, Durability durability) {
    StoreOptions options = where.contains("://")
        ? StoreOptions.embedded(Path.of("unused")).withUrl(where)
        : StoreOptions.embedded(Path.of(where));
    StateStore state = StateStore.open(options.withDurability(durability));
    Dict dict = state.dict("bench-" + filled, IfMissing.CREATE_IF_MISSING);
    NamedQueue queue = state.queue("bench-" + filled, IfMissing.CREATE_IF_MISSING);
    return new Store(state, dict, queue, filled);
  }

  static Store filled(String where, int filled) throws InterruptedException {
    Store store = open(where, filled, Durability.PROCESS);
    for (int from = 0; from < filled; from += AT_ONCE) {
      int to = Math.min(filled, from + AT_ONCE);
      Map<Bytes, Bytes> entries = new HashMap<>();
      List<Bytes> items = new ArrayList<>();
      for (int i = from; i < to; i++) {
        entries.put(store.key(i), VALUE);
        items.add(VALUE);
      }
      store.dict.putAll(entries);
      store.queue.putMany(items);
    }
    return store;
  }

  /** 100 bytes, others each time: SQLite writes nothing where nothing changes. */
  static Bytes value(int i) {
    return Bytes.utf8("v".repeat(80) + String.format("%020d", System.nanoTime() + i));
  }

  /** A key that is there; neighbours in {@code i} are far apart in the store. */
  Bytes key(int i) {
    return Bytes.utf8("key " + Integer.toUnsignedString(i * 0x9E3779B1));
  }

  Bytes somewhere(int i) {
    return key(Math.floorMod(i * 7919, filled));
  }

  @Override
  public void close() {
    state.close();
  }
}

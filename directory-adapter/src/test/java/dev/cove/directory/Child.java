package dev.cove.directory;

import dev.cove.storage.Content;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.nio.file.Path;

/** What the child processes of the tests do. */
final class Child {
  static final int KEYS = 100;
  static final int INCREMENTS = 50;
  static final int BYTES = 100_000;

  private Child() {}

  public static void main(String[] words) throws StorageException {
    try (DirectoryObjectStore store = new DirectoryObjectStore(Path.of(words[1]))) {
      if (words[0].equals("race")) {
        race(store);
      } else {
        for (int i = 0; ; i++) {
          store.put("dir/" + i, Content.of(new byte[BYTES]), when(WriteCondition.ifAbsent()));
          System.out.println(i);
        }
      }
    }
  }

  /** Says each key it was the first to create, and makes the counter longer by one so many times. */
  private static void race(DirectoryObjectStore store) throws StorageException {
    for (int i = 0; i < KEYS; i++) {
      if (put(store, "race/" + i, 0, WriteCondition.ifAbsent())) {
        System.out.println(i);
      }
    }
    for (int done = 0; done < INCREMENTS; ) {
      ObjectInfo counter = store.head("counter");
      WriteCondition same = WriteCondition.ifVersion(counter.version());
      if (put(store, "counter", (int) counter.size() + 1, same)) {
        done++;
      }
    }
  }

  private static boolean put(
      DirectoryObjectStore store, String key, int size, WriteCondition condition)
      throws StorageException {
    try {
      store.put(key, Content.of(new byte[size]), when(condition));
      return true;
    } catch (StorageException e) {
      if (e.kind() != Kind.PRECONDITION_FAILED) {
        throw e;
      }
      return false;
    }
  }

  private static WriteOptions when(WriteCondition condition) {
    return WriteOptions.DEFAULT.with(condition);
  }
}

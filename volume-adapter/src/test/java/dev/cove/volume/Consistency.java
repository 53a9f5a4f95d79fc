package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.StorageException;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.OrderedMap;
import dev.cove.volume.snapshot.Snapshot;
import java.util.HashMap;
import java.util.Map;

/** What holds of every state of a volume, whatever was done to it. */
final class Consistency {
  private Consistency() {}

  static void check(Snapshot snapshot) throws StorageException {
    Map<Long, Integer> names = new HashMap<>();
    names.put(Inode.ROOT, 1);
    OrderedMap.Cursor entries = snapshot.entries().seek(new byte[0]);
    while (entries.next()) {
      DirectoryEntry entry = DirectoryEntry.decode(entries.key(), entries.value());
      names.merge(entry.inode(), 1, Integer::sum);
      Inode inode = snapshot.inode(entry);
      assertThat(inode.type()).isEqualTo(entry.type());
      Inode parent = snapshot.inode(entry.parent());
      assertThat(parent).as("directory of " + entry).isNotNull();
      assertThat(parent.isDirectory()).isTrue();
      if (inode.isDirectory()) {
        assertThat(inode.parent()).as("home of " + entry).isEqualTo(entry.parent());
        assertThat(inode.name()).isEqualTo(entry.name());
        // Throws where a directory hangs below itself.
        new Paths(snapshot).directory(inode.number());
      }
    }
    OrderedMap.Cursor inodes = snapshot.inodes().seek(new byte[0]);
    while (inodes.next()) {
      long number = Inode.number(inodes.key());
      Inode inode = Inode.decode(number, inodes.value());
      assertThat(names.remove(number)).as("names of " + inode).isEqualTo(inode.links());
    }
    assertThat(names).isEmpty();
  }
}

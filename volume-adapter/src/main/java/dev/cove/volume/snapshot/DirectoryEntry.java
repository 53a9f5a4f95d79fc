package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import java.util.Arrays;

/** A name in a directory and the inode it leads to. */
public record DirectoryEntry(long parent, Name name, long inode, FileType type) {

  /** The key of an entry in its tree: all names of a directory lie side by side, in order. */
  public static byte[] key(long parent, Name name) {
    return new ByteWriter(8 + name.length()).fixedLong(parent).raw(name.bytes()).toByteArray();
  }

  public static long parent(byte[] key) throws StorageException {
    return new ByteReader(key, "an entry's key").fixedLong();
  }

  public static Name name(byte[] key) {
    return new Name(Arrays.copyOfRange(key, Math.min(8, key.length), key.length));
  }

  public byte[] encode() {
    return new ByteWriter(9).fixedLong(inode).octet(type.code()).toByteArray();
  }

  public static DirectoryEntry decode(byte[] key, byte[] value) throws StorageException {
    ByteReader in = new ByteReader(value, "a directory's entry");
    long inode = in.fixedLong();
    int code = in.octet();
    in.end();
    FileType type = switch (code) {
      case 1 -> FileType.DIRECTORY;
      case 2 -> FileType.FILE;
      case 3 -> FileType.SYMLINK;
      default -> throw in.damaged("an unknown type " + code);
    };
    Name name = name(key);
    if (!name.isPlain()) {
      // Whoever writes the tree to a disk must not be led out of it.
      throw in.damaged("a name that leads elsewhere");
    }
    return new DirectoryEntry(parent(key), name, inode, type);
  }
}

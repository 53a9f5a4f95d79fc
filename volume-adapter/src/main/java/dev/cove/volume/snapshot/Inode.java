package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file, directory or symbolic link without its name.
 *
 * @param number stays the same for as long as it exists; {@link #ROOT} is the root directory
 * @param mode the twelve bits of permissions and set-id
 * @param mtime to the nanosecond
 * @param links how many names a file or symbolic link has; 1 for a directory
 * @param parent the directory that has the entry {@code name}: for a directory always the one it is in; for a file with several
 *     names one of them, or one it had
 * @param content of a file; empty for others
 * @param target of a symbolic link; empty for others
 * @param xattrs extended attributes by name
 */
public record Inode(
    long number,
    FileType type,
    int mode,
    int uid,
    int gid,
    Instant mtime,
    int links,
    long parent,
    Name name,
    Content content,
    Name target,
    SortedMap<String, Name> xattrs) {

  /** The number of the root directory. */
  public static final long ROOT = 1;

  public Inode {
    xattrs = xattrs.isEmpty()
        ? Collections.emptySortedMap()
        : Collections.unmodifiableSortedMap(new TreeMap<>(xattrs));
  }

  /** A new file, directory or link without content. */
  public static Inode of(long number, FileType type, int mode, int uid, int gid, Instant mtime) {
    return new Inode(
        number,
        type,
        mode & 07777,
        uid,
        gid,
        mtime,
        1,
        ROOT,
        Name.EMPTY,
        Content.EMPTY,
        Name.EMPTY,
        Collections.emptySortedMap());
  }

  public boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }

  /** In bytes, holes included; the length of its target for a symbolic link, 0 for a directory. */
  public long size() {
    return switch (type) {
      case DIRECTORY -> 0;
      case FILE -> content.size();
      case SYMLINK -> target.length();
    };
  }

  public Inode withMode(int newMode) {
    return new Inode(
        number,
        type,
        newMode & 07777,
        uid,
        gid,
        mtime,
        links,
        parent,
        name,
        content,
        target,
        xattrs);
  }

  public Inode withOwner(int newUid, int newGid) {
    return new Inode(
        number, type, mode, newUid, newGid, mtime, links, parent, name, content, target, xattrs);
  }

  public Inode withMtime(Instant time) {
    return new Inode(
        number, type, mode, uid, gid, time, links, parent, name, content, target, xattrs);
  }

  public Inode withLinks(int count) {
    return new Inode(
        number, type, mode, uid, gid, mtime, count, parent, name, content, target, xattrs);
  }

  public Inode withHome(long newParent, Name newName) {
    return new Inode(
        number, type, mode, uid, gid, mtime, links, newParent, newName, content, target, xattrs);
  }

  public Inode withContent(Content newContent) {
    return new Inode(
        number, type, mode, uid, gid, mtime, links, parent, name, newContent, target, xattrs);
  }

  public Inode withTarget(Name newTarget) {
    return new Inode(
        number, type, mode, uid, gid, mtime, links, parent, name, content, newTarget, xattrs);
  }

  public Inode withXattrs(Map<String, Name> all) {
    return new Inode(
        number,
        type,
        mode,
        uid,
        gid,
        mtime,
        links,
        parent,
        name,
        content,
        target,
        new TreeMap<>(all));
  }

  public Inode withNumber(long other) {
    return new Inode(
        other, type, mode, uid, gid, mtime, links, parent, name, content, target, xattrs);
  }

  /** The key of an inode in its tree. */
  public static byte[] key(long number) {
    return new ByteWriter(8).fixedLong(number).toByteArray();
  }

  public static long number(byte[] key) throws StorageException {
    return new ByteReader(key, "an inode's key").fixedLong();
  }

  public byte[] encode() {
    ByteWriter out = new ByteWriter(128);
    out.octet(type.code()).varint(mode).varint(uid & 0xffffffffL).varint(gid & 0xffffffffL);
    out.signed(mtime.getEpochSecond()).varint(mtime.getNano());
    out.varint(links).varint(parent).sized(name.bytes());
    switch (type) {
      case DIRECTORY -> {}
      case FILE -> content.write(out);
      case SYMLINK -> out.sized(target.bytes());
    }
    out.varint(xattrs.size());
    xattrs.forEach(
        (key, value) -> out.sized(key.getBytes(StandardCharsets.UTF_8)).sized(value.bytes()));
    return out.toByteArray();
  }

  public static Inode decode(long number, byte[] value) throws StorageException {
    ByteReader in = new ByteReader(value, "inode " + number);
    int code = in.octet();
    FileType type = switch (code) {
      case 1 -> FileType.DIRECTORY;
      case 2 -> FileType.FILE;
      case 3 -> FileType.SYMLINK;
      default -> throw in.damaged("an unknown type " + code);
    };
    int mode = in.size();
    int uid = (int) in.varint();
    int gid = (int) in.varint();
    Instant mtime;
    try {
      mtime = Instant.ofEpochSecond(in.signed(), in.size());
    } catch (DateTimeException | ArithmeticException e) {
      throw in.damaged("a time out of range");
    }
    int links = in.size();
    long parent = in.varint();
    Name name = new Name(in.sized());
    Content content = type == FileType.FILE ? Content.read(in) : Content.EMPTY;
    Name target = type == FileType.SYMLINK ? new Name(in.sized()) : Name.EMPTY;
    SortedMap<String, Name> xattrs = new TreeMap<>();
    for (int left = in.size(); left > 0; left--) {
      xattrs.put(in.text(), new Name(in.sized()));
    }
    in.end();
    return new Inode(
        number, type, mode, uid, gid, mtime, links, parent, name, content, target, xattrs);
  }
}

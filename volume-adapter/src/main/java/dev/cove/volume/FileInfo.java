package dev.cove.volume;

import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file, directory or symbolic link of a volume.
 *
 * @param path from the root, beginning with a slash
 * @param inode stays the same when it is renamed; equal for hard links to one file
 * @param links how many names it has
 * @param target where a symbolic link leads; empty for others
 * @param xattrs extended attributes by name
 */
public record FileInfo(
    String path,
    FileType type,
    long size,
    int mode,
    int uid,
    int gid,
    Instant mtime,
    long inode,
    int links,
    String target,
    SortedMap<String, byte[]> xattrs) {

  static FileInfo of(String path, Inode inode) {
    TreeMap<String, byte[]> xattrs = new TreeMap<>();
    inode.xattrs().forEach((name, value) -> xattrs.put(name, value.bytes().clone()));
    return new FileInfo(
        path,
        inode.type(),
        inode.size(),
        inode.mode(),
        inode.uid(),
        inode.gid(),
        inode.mtime(),
        inode.number(),
        inode.links(),
        inode.target().toString(),
        xattrs);
  }

  /** The last part of the path; empty for the root. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  public boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }
}

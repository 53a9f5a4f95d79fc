package dev.cove.volume;

import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Name;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A local file, directory or symbolic link, which is not followed.
 *
 * @param inode what it is, but for content and extended attributes; as many links as it has there
 * @param size in bytes
 * @param key equal for two names of one file
 * @param changed when anything about it was changed last
 */
record LocalFile(Path path, Inode inode, long size, Object key, FileTime changed) {

  /** Looks at what is there now. */
  static LocalFile of(Path path) throws IOException {
    Map<String, Object> unix = Files.readAttributes(
        path,
        "unix:mode,uid,gid,nlink,size,lastModifiedTime,dev,ino,ctime",
        LinkOption.NOFOLLOW_LINKS);
    int mode = (int) value(unix, "mode");
    FileType type = switch (mode & 0170000) {
      case 0040000 -> FileType.DIRECTORY;
      case 0100000 -> FileType.FILE;
      case 0120000 -> FileType.SYMLINK;
      default ->
        throw new VolumeException(
            Reason.INVALID,
            path + " is no file, directory or symbolic link: a volume cannot hold it",
            List.of(path.toString()),
            null);
    };
    Inode inode = Inode.of(
            0,
            type,
            mode,
            (int) value(unix, "uid"),
            (int) value(unix, "gid"),
            ((FileTime) value(unix, "lastModifiedTime")).toInstant())
        .withLinks(type == FileType.DIRECTORY ? 1 : (int) value(unix, "nlink"));
    return new LocalFile(
        path,
        type == FileType.SYMLINK
            ? inode.withTarget(Name.of(text(path, Files.readSymbolicLink(path))))
            : inode,
        (long) value(unix, "size"),
        List.of(value(unix, "dev"), value(unix, "ino")),
        (FileTime) value(unix, "ctime"));
  }

  /** @throws VolumeException {@code INVALID} for bytes that are no UTF-8: they could not be named again */
  Name name() {
    return Name.of(text(path, path.getFileName()));
  }

  private static String text(Path file, Path name) {
    String text = name.toString();
    // What is no UTF-8 has become a replacement character, and another name.
    if (text.indexOf('\ufffd') >= 0 && !Path.of(text).equals(name)) {
      throw new VolumeException(
          Reason.INVALID,
          file + ": the name is not valid UTF-8: rename it first",
          List.of(file.toString()),
          null);
    }
    return text;
  }

  boolean isDirectory() {
    return inode.isDirectory();
  }

  /** Whether it is the same file, and nobody has written to it in between. */
  boolean isUnchangedSince(LocalFile before) {
    return key.equals(before.key) && size == before.size && changed.equals(before.changed);
  }

  boolean hasOtherNames() {
    return inode.links() > 1;
  }

  private static Object value(Map<String, Object> attributes, String name) {
    return Objects.requireNonNull(attributes.get(name), "what was asked for is there");
  }

  /** The {@code user.*} attributes of a file or directory. */
  Map<String, Name> xattrs() throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
    Map<String, Name> xattrs = new TreeMap<>();
    if (view == null) {
      return xattrs;
    }
    List<String> names;
    try {
      names = view.list();
    } catch (FileSystemException e) {
      return xattrs; // A file system without them, such as a tmpfs.
    }
    for (String name : names) {
      ByteBuffer value = ByteBuffer.allocate(view.size(name));
      view.read(name, value);
      xattrs.put("user." + name, new Name(Arrays.copyOf(value.array(), value.position())));
    }
    return xattrs;
  }

  /** The file that a failure is about, if it says so. */
  static String named(IOException e, String otherwise) {
    String file = e instanceof FileSystemException failed ? failed.getFile() : null;
    return file == null ? otherwise : file;
  }

  /** Why a local file could not be used, in a few words. */
  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "it does not exist";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getReason();
    }
    return String.valueOf(e.getMessage());
  }
}

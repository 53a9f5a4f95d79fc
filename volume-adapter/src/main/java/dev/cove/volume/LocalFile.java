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

/** What a local file is, as an inode without content. */
final class LocalFile {
  private LocalFile() {}

  /** Attributes of a file, directory or symbolic link, which is not followed; as many links as it has there. */
  static Inode describe(Path local) throws IOException {
    Map<String, Object> unix = Files.readAttributes(
        local, "unix:mode,uid,gid,nlink,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
    int mode = (int) value(unix, "mode");
    FileType type = switch (mode & 0170000) {
      case 0040000 -> FileType.DIRECTORY;
      case 0100000 -> FileType.FILE;
      case 0120000 -> FileType.SYMLINK;
      default ->
        throw new VolumeException(
            Reason.INVALID,
            local + " is no file, directory or symbolic link: a volume cannot hold it",
            List.of(local.toString()),
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
    return switch (type) {
      case SYMLINK -> inode.withTarget(Name.of(Files.readSymbolicLink(local).toString()));
      case FILE, DIRECTORY -> inode.withXattrs(xattrs(local));
    };
  }

  private static Object value(Map<String, Object> attributes, String name) {
    return Objects.requireNonNull(attributes.get(name), "what was asked for is there");
  }

  /** Equal for two names of one file. */
  static Object key(Path local) throws IOException {
    return Files.readAttributes(local, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
  }

  private static Map<String, Name> xattrs(Path local) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(local, UserDefinedFileAttributeView.class);
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

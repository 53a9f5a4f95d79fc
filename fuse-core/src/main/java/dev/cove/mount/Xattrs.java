package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cove.namespace.Child;
import dev.cove.namespace.KeyNames;
import dev.cove.namespace.MetadataCache;
import dev.cove.namespace.UserXattrs;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Extended attributes: those of the user from the object's metadata, and {@code user.cove.*}, which
 * tell of the object itself. The latter are not listed, so that copying tools leave them alone.
 */
final class Xattrs {
  static final String OWN = "user.cove.";

  private final MetadataCache metadata;

  Xattrs(MetadataCache metadata) {
    this.metadata = metadata;
  }

  byte[] get(Inode inode, String name) throws IOException {
    if (!name.startsWith("user.")) {
      throw new FsException(Errno.ENOTSUP, "only user.* attributes");
    }
    byte[] value = name.startsWith(OWN) ? own(inode, name) : user(inode).get(name);
    if (value == null) {
      throw new FsException(Errno.ENODATA, name);
    }
    return value;
  }

  List<String> list(Inode inode) throws IOException {
    return user(inode).keySet().stream().filter(Xattrs::isReadable).toList();
  }

  /** Others may have stored names that the kernel would cut in two, or ask for in vain. */
  private static boolean isReadable(String name) {
    return name.startsWith("user.")
        && !name.startsWith(OWN)
        && name.indexOf('\0') < 0
        && !KeyNames.isTooLong(name);
  }

  /** The user's attributes, those not stored yet included. */
  Map<String, byte[]> user(Inode inode) throws IOException {
    if (inode instanceof FileInode file) {
      Map<String, byte[]> pending = file.pending().xattrs();
      if (pending != null) {
        return pending;
      }
    }
    ObjectAttributes attributes = attributes(inode);
    return attributes == null ? Map.of() : UserXattrs.parse(attributes.metadata());
  }

  private byte @Nullable [] own(Inode inode, String name) throws IOException {
    if (!(inode instanceof FileInode file)) {
      return null;
    }
    Child.File base = file.base();
    if (base == null) {
      return null;
    }
    String value = switch (name.substring(OWN.length())) {
      case "etag", "version" -> base.version().value();
      case "storage-class" -> base.storageClass();
      case "version-id" -> head(file).versionId();
      case "content-type" -> {
        ObjectAttributes attributes = attributes(inode);
        yield attributes == null ? null : attributes.headers().contentType();
      }
      default -> null;
    };
    return value == null ? null : value.getBytes(UTF_8);
  }

  private @Nullable ObjectAttributes attributes(Inode inode) throws IOException {
    if (inode instanceof FileInode file) {
      Child.File base = file.base();
      if (base == null) {
        return null;
      }
      ObjectAttributes known = metadata.peek(file.key(), base);
      return known != null ? known : head(file).attributes();
    }
    DirectoryInode directory = (DirectoryInode) inode;
    String prefix = directory.prefix();
    if (prefix.isEmpty()) {
      return null;
    }
    try {
      return metadata.head(prefix).attributes();
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  private ObjectInfo head(FileInode file) throws IOException {
    return metadata.head(file.key());
  }
}

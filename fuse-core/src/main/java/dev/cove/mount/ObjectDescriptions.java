package dev.cove.mount;

import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.namespace.PosixMetadata;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.vfs.FileType;
import java.net.URLConnection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is stored with objects that the mount writes: headers, and mode, owner and times. */
final class ObjectDescriptions {
  // What s3fs and rclone give directory markers, so that each knows the other's.
  private static final String DIRECTORY_TYPE = "application/x-directory";
  private static final String UNKNOWN_TYPE = "application/octet-stream";

  private final AttributeMode mode;
  private final BucketOptions.Ownership owner;
  private final PosixMetadata.Style style;

  ObjectDescriptions(BucketOptions options) {
    this.mode = options.attributes();
    this.owner = options.owner();
    this.style = options.style();
  }

  /** For an object that did not exist before. */
  ObjectAttributes fresh(String name, FileType type, PosixMetadata posix) {
    return posix(
        new ObjectAttributes(ContentHeaders.ofType(contentType(name, type)), Map.of(), null),
        type,
        posix);
  }

  /** For an object that goes on from another state: its headers and other metadata are kept. */
  ObjectAttributes from(ObjectAttributes before, FileType type, PosixMetadata posix) {
    return posix(before, type, posix);
  }

  private ObjectAttributes posix(ObjectAttributes attributes, FileType type, PosixMetadata posix) {
    if (mode == AttributeMode.LIST && type != FileType.SYMLINK) {
      return attributes;
    }
    int permissions = type == FileType.DIRECTORY ? owner.directoryMode() : owner.fileMode();
    return attributes.withMetadata(PosixMetadata.store(
        style,
        attributes.metadata(),
        type,
        orElse(posix.permissions(), permissions),
        orElse(posix.uid(), owner.uid()),
        orElse(posix.gid(), owner.gid()),
        orElse(posix.modifiedNanos(), 0L)));
  }

  private static String contentType(String name, FileType type) {
    if (type == FileType.DIRECTORY) {
      return DIRECTORY_TYPE;
    }
    // The JDK's own table, the same on every machine.
    String guess =
        type == FileType.SYMLINK ? null : URLConnection.getFileNameMap().getContentTypeFor(name);
    return guess == null ? UNKNOWN_TYPE : guess;
  }

  private static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}

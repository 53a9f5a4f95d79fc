package dev.cove.directory;

import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An object's file, opened: all that is read from it belongs to one state of the object. */
final class OpenObject implements AutoCloseable {
  private final FileChannel file;
  private final @Nullable Label label;
  private final ObjectInfo info;

  private OpenObject(FileChannel file, @Nullable Label label, ObjectInfo info) {
    this.file = file;
    this.label = label;
    this.info = info;
  }

  /**
   * Opens the file and reads its label.
   *
   * @throws NoSuchFileException when there is none
   */
  static OpenObject open(String key, Path path) throws IOException {
    while (true) {
      Object before = attributes(path).fileKey();
      FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
      boolean opened = false;
      try {
        BasicFileAttributes attributes = attributes(path);
        if (Objects.equals(before, attributes.fileKey())) {
          OpenObject object = of(key, file, attributes);
          opened = true;
          return object;
        }
        // Replaced meanwhile: the time would be another state's than the bytes.
      } finally {
        if (!opened) {
          file.close();
        }
      }
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new NoSuchFileException(path.toString(), null, "not a regular file");
    }
    return attributes;
  }

  private static OpenObject of(String key, FileChannel file, BasicFileAttributes attributes)
      throws IOException {
    Label.Found found = Label.read(file);
    Label label = found == null ? null : found.label();
    long size = found == null ? file.size() : found.size();
    // Something a list can show and delete can name; reading says what is wrong.
    Version version = label == null ? new Version("damaged-" + size) : label.version();
    return new OpenObject(
        file,
        label,
        new ObjectInfo(
            key,
            size,
            version,
            attributes.lastModifiedTime().toInstant(),
            null,
            false,
            null,
            label == null ? ObjectAttributes.NONE : label.attributes()));
  }

  /** What the object is; of a damaged one only key, time and the file's size are true. */
  ObjectInfo info() {
    return info;
  }

  /**
   * The label.
   *
   * @throws StorageException {@code CORRUPT} when the file is not as the store wrote it
   */
  Label label() throws StorageException {
    if (label == null) {
      throw new StorageException(
          Kind.CORRUPT, info.key() + ": its file is damaged or was put there by something else");
    }
    return label;
  }

  Map<String, String> tags() throws StorageException {
    return label().tags();
  }

  /** The bytes from there; closing the body closes this object. */
  FileBody body(long offset, long length) throws StorageException {
    label();
    return new FileBody(file, info, offset, length);
  }

  byte[] bytes() throws IOException {
    label();
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(info.size()));
    while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {}
    return bytes.array();
  }

  /** Writes a stretch of the object to another file. */
  void appendTo(FileChannel target, long offset, long length) throws IOException {
    label();
    long end = offset + length;
    for (long at = offset; at < end; ) {
      long count = file.transferTo(at, end - at, target);
      if (count <= 0) {
        throw new StorageException(Kind.CORRUPT, info.key() + " was cut short on disk");
      }
      at += count;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

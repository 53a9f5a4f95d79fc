package dev.cove.directory;

import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A stretch of an open file: it stays what it was when it was opened, whatever replaces it. */
final class FileBody implements ObjectBody {
  private final FileChannel file;
  private final ObjectInfo info;
  private final long length;
  private final long end;
  private long position;

  FileBody(FileChannel file, ObjectInfo info, long offset, long length) {
    this.file = file;
    this.info = info;
    this.length = length;
    this.position = offset;
    this.end = offset + length;
  }

  @Override
  public ObjectInfo info() {
    return info;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    long left = end - position;
    if (left == 0 && file.isOpen()) {
      return -1;
    }
    int limit = target.limit();
    if (target.remaining() > left) {
      target.limit(target.position() + (int) left);
    }
    try {
      int count = file.read(target, position);
      if (count < 0) {
        throw new StorageException(Kind.CORRUPT, info.key() + " was cut short on disk");
      }
      position += count;
      return count;
    } finally {
      target.limit(limit);
    }
  }

  @Override
  public boolean isOpen() {
    return file.isOpen();
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // Nothing was written through it, so nothing is lost.
    }
  }
}

package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.snapshot.ContentReader;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file of a volume, open for reading; safe for use by several threads. Needs no closing. */
public final class VolumeFile {
  private final FileInfo info;
  private final ContentReader content;

  VolumeFile(FileInfo info, ContentReader content) {
    this.info = info;
    this.content = content;
  }

  public FileInfo info() {
    return info;
  }

  public String path() {
    return info.path();
  }

  public long size() {
    return info.size();
  }

  /**
   * Reads at a place until the buffer is full or the file ends.
   *
   * @return bytes read, -1 at or behind the end
   */
  public int read(long offset, ByteBuffer target) {
    try {
      return content.read(offset, target);
    } catch (StorageException e) {
      throw VolumeException.of(e, path());
    }
  }

  /**
   * Passes the bytes on from the first to the last, holes as such.
   *
   * @throws java.io.UncheckedIOException as the sink fails
   */
  public void transferTo(ContentReader.Sink sink) {
    try {
      content.transferTo(sink);
    } catch (IOException e) {
      throw VolumeView.failed(e, path());
    }
  }
}

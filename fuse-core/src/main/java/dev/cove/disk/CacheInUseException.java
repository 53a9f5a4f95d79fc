package dev.cove.disk;

import java.io.IOException;
import java.nio.file.Path;

/** Another process has the folder of a disk cache. */
public final class CacheInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  CacheInUseException(Path folder) {
    super("another process uses the disk cache in " + folder);
  }
}

package dev.cove.storage.testkit.model;

import java.io.IOException;
import java.util.List;

/**
 * A file system as a program sees it. Paths are relative to its top, without slashes at their ends;
 * symbolic links are never followed.
 */
public interface FilesUnderTest {

  /** How a file is opened. */
  enum How {
    /** O_RDONLY. */
    READ,
    /** O_RDWR. */
    EDIT,
    /** O_RDWR | O_CREAT. */
    CREATE,
    /** O_RDWR | O_CREAT | O_EXCL. */
    CREATE_NEW,
    /** O_RDWR | O_CREAT | O_TRUNC. */
    REWRITE
  }

  /** What stat shows. */
  record Stat(Type type, long size, int permissions, long modifiedNanos) {}

  /** What a name stands for. */
  enum Type {
    FILE,
    DIRECTORY,
    LINK
  }

  /** An open file. */
  interface OpenFile {
    byte[] read(long offset, int size) throws Refused, IOException;

    void write(long offset, byte[] bytes) throws Refused, IOException;

    void truncate(long size) throws Refused, IOException;

    void fsync() throws Refused, IOException;

    void close() throws Refused, IOException;
  }

  OpenFile open(String path, How how) throws Refused, IOException;

  void truncate(String path, long size) throws Refused, IOException;

  void rename(String from, String to) throws Refused, IOException;

  void unlink(String path) throws Refused, IOException;

  void mkdir(String path) throws Refused, IOException;

  void rmdir(String path) throws Refused, IOException;

  Stat stat(String path) throws Refused, IOException;

  /** Names in no order; the empty path is the top. */
  List<String> list(String path) throws Refused, IOException;

  void chmod(String path, int permissions) throws Refused, IOException;

  void setModified(String path, long nanos) throws Refused, IOException;

  void symlink(String path, String target) throws Refused, IOException;

  String readlink(String path) throws Refused, IOException;
}

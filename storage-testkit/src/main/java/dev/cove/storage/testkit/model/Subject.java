package dev.cove.storage.testkit.model;

import java.io.Closeable;
import java.io.IOException;

/** What is compared with the model: one file system or several that show the same files. */
public interface Subject extends Closeable {

  /** The one to use for an operation. */
  FilesUnderTest files(int number);

  /** Called after each operation: from then on every file system shows what it did. */
  void settle() throws IOException;

  /** Ends the file systems, no file being open, and begins with fresh ones. */
  void remount() throws IOException;

  /** Looks at what is stored; every file system is still there, no file is open. */
  void checkStored(ReferenceTree wanted) throws IOException;
}

package dev.cove.vfs;

/** How a file is opened: the kernel's flag word, as Linux numbers it on x86-64 and arm64 alike. */
public record OpenFlags(int bits) {
  private static final int ACCESS_MODE = 3;
  private static final int WRITE_ONLY = 1;
  private static final int EXCLUSIVE = 0x80; // O_EXCL
  private static final int TRUNCATE = 0x200; // O_TRUNC
  private static final int APPEND = 0x400; // O_APPEND

  public static final OpenFlags READ_ONLY = new OpenFlags(0);
  public static final OpenFlags READ_WRITE = new OpenFlags(2);

  public boolean forReading() {
    return (bits & ACCESS_MODE) != WRITE_ONLY;
  }

  public boolean forWriting() {
    return (bits & ACCESS_MODE) != 0;
  }

  public boolean exclusive() {
    return (bits & EXCLUSIVE) != 0;
  }

  public boolean truncate() {
    return (bits & TRUNCATE) != 0;
  }

  public boolean append() {
    return (bits & APPEND) != 0;
  }
}

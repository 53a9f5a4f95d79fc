package dev.cove.fuse;

import static dev.cove.fuse.FuseProtocol.*;

import dev.cove.vfs.Entry;
import dev.cove.vfs.FileNames;
import dev.cove.vfs.FileType;
import dev.cove.vfs.VirtualFileSystem;
import dev.cove.vfs.VirtualFileSystem.DirectorySink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * Requests about open directories. The file system names neither {@code .} nor {@code ..}: they are
 * put in front here, at offsets 1 and 2, and the file system's cookies follow from 3 on.
 */
final class DirectoryOperations {
  private static final int DOT = 1;
  private static final int DOT_DOT = 2;

  /** The kernel takes a longer name for damage and gives the whole directory up. */
  private static final int LONGEST_NAME = 1024;

  private final VirtualFileSystem vfs;

  DirectoryOperations(VirtualFileSystem vfs) {
    this.vfs = vfs;
  }

  void opendir(Request request, Reply reply) throws IOException {
    long handle = vfs.opendir(request.node());
    if (!reply.opened(handle, 0)) {
      vfs.releasedir(handle);
    }
  }

  void readdir(Request request, Reply reply) throws IOException {
    fill(request, new PlainSink(room(request, reply)));
    reply.send();
  }

  void readdirplus(Request request, Reply reply) throws IOException {
    PlusSink sink = new PlusSink(room(request, reply));
    boolean delivered = false;
    try {
      fill(request, sink);
      delivered = reply.send();
    } finally {
      if (!delivered) {
        sink.forgetAll();
      }
    }
  }

  /** The body of the reply, limited to what the kernel has room for. */
  private static ByteBuffer room(Request request, Reply reply) {
    ByteBuffer body = reply.body();
    int size = request.int32(READ_IN_SIZE);
    return body.limit(Math.min(body.capacity(), body.position() + Math.max(0, size)));
  }

  private void fill(Request request, Sink sink) throws IOException {
    long offset = request.int64(READ_IN_OFFSET);
    if (offset < DOT && !sink.dots(request.node(), DOT, ".")) {
      return;
    }
    if (offset < DOT_DOT && !sink.dots(DirectorySink.UNKNOWN_INODE, DOT_DOT, "..")) {
      return;
    }
    vfs.readdir(request.int64(READ_IN_FH), Math.max(0, offset - DOT_DOT), sink);
  }

  void releasedir(Request request, Reply reply) {
    vfs.releasedir(request.int64(FH));
    reply.ok();
  }

  void fsyncdir(Request request, Reply reply) throws IOException {
    vfs.fsyncdir(request.int64(FH));
    reply.ok();
  }

  private abstract static class Sink implements DirectorySink {
    final ByteBuffer to;

    Sink(ByteBuffer to) {
      this.to = to;
    }

    abstract boolean dots(long inode, int offset, String name);

    /** struct fuse_dirent, padded to a multiple of eight. */
    final void putDirent(long inode, long offset, int type, byte[] name) {
      to.putLong(inode).putLong(offset).putInt(name.length).putInt(type).put(name);
      for (int i = name.length; i % Long.BYTES != 0; i++) {
        to.put((byte) 0);
      }
    }

    static int direntSize(byte[] name) {
      return (DIRENT + name.length + Long.BYTES - 1) & -Long.BYTES;
    }

    static byte[] bytes(String name, long cookie) {
      byte[] bytes = FileNames.encode(name);
      if (cookie <= 0 || bytes.length == 0 || bytes.length > LONGEST_NAME) {
        throw new IllegalStateException("entry " + name + " with cookie " + cookie);
      }
      return bytes;
    }

    /** The DT_ value that goes with a type: its S_IFMT bits, shifted. */
    static int direntType(int typeBits) {
      return typeBits >> 12;
    }
  }

  private static final class PlainSink extends Sink {
    PlainSink(ByteBuffer to) {
      super(to);
    }

    @Override
    public boolean wantsAttributes() {
      return false;
    }

    @Override
    boolean dots(long inode, int offset, String name) {
      return put(
          inode, offset, direntType(FileStat.S_IFDIR), name.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public boolean add(String name, Entry entry, long cookie) {
      FileType type = entry.attributes().type();
      return put(
          entry.inode(), cookie + DOT_DOT, direntType(Reply.typeBits(type)), bytes(name, cookie));
    }

    private boolean put(long inode, long offset, int type, byte[] name) {
      if (to.remaining() < direntSize(name)) {
        return false;
      }
      putDirent(inode, offset, type, name);
      return true;
    }
  }

  /** Entries with attributes, remembered in case that nobody takes them. */
  private final class PlusSink extends Sink {
    private long[] taken = new long[32];
    private int count;

    PlusSink(ByteBuffer to) {
      super(to);
    }

    @Override
    public boolean wantsAttributes() {
      return true;
    }

    @Override
    boolean dots(long inode, int offset, String name) {
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      if (to.remaining() < ENTRY_OUT + direntSize(bytes)) {
        return false;
      }
      // Node 0: nothing is looked up by this entry.
      to.put(new byte[ENTRY_OUT]);
      putDirent(inode, offset, direntType(FileStat.S_IFDIR), bytes);
      return true;
    }

    @Override
    public boolean add(String name, Entry entry, long cookie) {
      byte[] bytes = bytes(name, cookie);
      if (to.remaining() < ENTRY_OUT + direntSize(bytes)) {
        return false;
      }
      if (count == taken.length) {
        taken = Arrays.copyOf(taken, count * 2);
      }
      Reply.putEntry(to, entry);
      int type = direntType(Reply.typeBits(entry.attributes().type()));
      putDirent(entry.inode(), cookie + DOT_DOT, type, bytes);
      taken[count++] = entry.inode();
      return true;
    }

    void forgetAll() {
      for (int i = 0; i < count; i++) {
        vfs.forget(taken[i], 1);
      }
    }
  }
}

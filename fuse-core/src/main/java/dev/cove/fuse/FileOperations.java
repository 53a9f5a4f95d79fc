package dev.cove.fuse;

import static dev.cove.fuse.FuseProtocol.*;

import dev.cove.vfs.AttributeChange;
import dev.cove.vfs.Attributes;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import dev.cove.vfs.KernelCache;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.Opened;
import dev.cove.vfs.VirtualFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import ru.serce.jnrfuse.struct.FileStat;

/** Requests about open files and their content. */
final class FileOperations {
  private final VirtualFileSystem vfs;
  private final KernelCache cache;
  private final LongAdder bytesRead;
  private final LongAdder bytesWritten;

  FileOperations(
      VirtualFileSystem vfs, KernelCache cache, LongAdder bytesRead, LongAdder bytesWritten) {
    this.vfs = vfs;
    this.cache = cache;
    this.bytesRead = bytesRead;
    this.bytesWritten = bytesWritten;
  }

  void open(Request request, Reply reply) throws IOException {
    long node = request.node();
    OpenFlags flags = new OpenFlags(request.int32(OPEN_IN_FLAGS));
    Opened opened = vfs.open(node, flags, request.caller());
    boolean taken = false;
    try {
      if ((request.int32(OPEN_IN_OPEN_FLAGS) & OPEN_KILL_SUIDGID) != 0) {
        dropSetId(request, node, opened.handle());
      }
      taken = reply.opened(opened.handle(), openFlags(opened.pageCache()));
    } finally {
      if (!taken) {
        vfs.release(opened.handle());
      }
    }
  }

  static int openFlags(Opened.PageCache pageCache) {
    return switch (pageCache) {
      case KEEP -> FOPEN_KEEP_CACHE;
      case DROP -> 0;
      case BYPASS -> FOPEN_DIRECT_IO;
    };
  }

  void read(Request request, Reply reply) throws IOException {
    int size = request.int32(READ_IN_SIZE);
    if (size < 0) {
      throw new FsException(Errno.EINVAL, "read of " + size + " bytes");
    }
    vfs.read(request.int64(READ_IN_FH), request.int64(READ_IN_OFFSET), size, pieces -> {
      long total = 0;
      for (ByteBuffer piece : pieces) {
        total += piece.remaining();
      }
      reply.content(pieces, size);
      bytesRead.add(total);
    });
  }

  void write(Request request, Reply reply) throws IOException {
    long handle = request.int64(READ_IN_FH);
    int size = request.int32(READ_IN_SIZE);
    ByteBuffer source = request.data(WRITE_IN, size);
    if ((request.int32(WRITE_IN_FLAGS) & WRITE_KILL_SUIDGID) != 0) {
      dropSetId(request, request.node(), handle);
    }
    int written = vfs.write(handle, request.int64(READ_IN_OFFSET), source);
    bytesWritten.add(written);
    reply.body().putInt(written).putInt(0);
    reply.send();
  }

  /**
   * Takes set-uid and set-gid off a file that somebody without the right to keep them changes. The
   * kernel leaves this to the file system: otherwise it would ask for a security attribute before
   * every single write.
   */
  private void dropSetId(Request request, long node, long handle) throws IOException {
    Attributes before = vfs.getattr(node, handle);
    int permissions = withoutSetId(before);
    if (permissions != before.permissions()) {
      AttributeChange change = new AttributeChange(permissions, null, null, null, null, null);
      vfs.setattr(node, handle, change, request.caller());
      // The answer to a write or open has no mode in it.
      cache.invalidateAttributes(node);
    }
  }

  /** Set-gid without execution by the group stays: it does not lend the group's rights. */
  static int withoutSetId(Attributes file) {
    int permissions = file.permissions();
    if (file.type() == FileType.DIRECTORY) {
      return permissions;
    }
    if ((permissions & FileStat.S_IXGRP) != 0) {
      permissions &= ~FileStat.S_ISGID;
    }
    return permissions & ~FileStat.S_ISUID;
  }

  void flush(Request request, Reply reply) throws IOException {
    vfs.flush(request.int64(FH));
    reply.ok();
  }

  void fsync(Request request, Reply reply) throws IOException {
    vfs.fsync(request.int64(FH));
    reply.ok();
  }

  void release(Request request, Reply reply) {
    vfs.release(request.int64(FH));
    reply.ok();
  }

  void fallocate(Request request, Reply reply) throws IOException {
    vfs.fallocate(
        request.int64(FH),
        request.int32(FALLOCATE_IN_MODE),
        request.int64(FALLOCATE_IN_OFFSET),
        request.int64(FALLOCATE_IN_LENGTH));
    reply.ok();
  }
}

package dev.cove.fuse;

import static dev.cove.fuse.FuseProtocol.*;

import dev.cove.vfs.AttributeChange;
import dev.cove.vfs.Attributes;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileNames;
import dev.cove.vfs.FsException;
import dev.cove.vfs.FsStatistics;
import dev.cove.vfs.VirtualFileSystem;
import dev.cove.vfs.XattrMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Requests about inodes as such: attributes, extended attributes, forgetting. */
final class InodeOperations {
  private static final long NANOS = 1_000_000_000L;

  private final VirtualFileSystem vfs;
  private final Clock clock;

  InodeOperations(VirtualFileSystem vfs, Clock clock) {
    this.vfs = vfs;
    this.clock = clock;
  }

  void forget(Request request) {
    vfs.forget(request.node(), request.int64(0));
  }

  void batchForget(Request request) {
    int count = request.int32(0);
    for (int i = 0; i < count; i++) {
      int at = BATCH_FORGET_IN + i * FORGET_ONE;
      vfs.forget(request.int64(at), request.int64(at + Long.BYTES));
    }
  }

  void getattr(Request request, Reply reply) throws IOException {
    boolean hasHandle = (request.int32(GETATTR_IN_FLAGS) & GETATTR_FH) != 0;
    long handle = hasHandle ? request.int64(GETATTR_IN_FH) : VirtualFileSystem.NO_HANDLE;
    answer(vfs.getattr(request.node(), handle), request, reply);
  }

  private void answer(Attributes attributes, Request request, Reply reply) {
    reply.attributes(attributes, vfs.attributeTimeoutNanos(request.node()));
  }

  void setattr(Request request, Reply reply) throws IOException {
    int valid = request.int32(SETATTR_IN_VALID);
    long node = request.node();
    boolean hasHandle = (valid & FATTR_FH) != 0;
    long handle = hasHandle ? request.int64(SETATTR_IN_FH) : VirtualFileSystem.NO_HANDLE;
    Integer permissions =
        (valid & FATTR_MODE) != 0 ? Integer.valueOf(request.int32(SETATTR_IN_MODE) & 07777) : null;
    if (permissions == null && (valid & FATTR_KILL_SUIDGID) != 0) {
      Attributes before = vfs.getattr(node, handle);
      int after = FileOperations.withoutSetId(before);
      permissions = after != before.permissions() ? Integer.valueOf(after) : null;
    }
    AttributeChange change = new AttributeChange(
        permissions,
        (valid & FATTR_UID) != 0 ? Integer.valueOf(request.int32(SETATTR_IN_UID)) : null,
        (valid & FATTR_GID) != 0 ? Integer.valueOf(request.int32(SETATTR_IN_GID)) : null,
        (valid & FATTR_SIZE) != 0 ? Long.valueOf(request.int64(SETATTR_IN_SIZE)) : null,
        time(
            request, valid, FATTR_ATIME, FATTR_ATIME_NOW, SETATTR_IN_ATIME, SETATTR_IN_ATIME_NANOS),
        time(
            request,
            valid,
            FATTR_MTIME,
            FATTR_MTIME_NOW,
            SETATTR_IN_MTIME,
            SETATTR_IN_MTIME_NANOS));
    Attributes after = change.equals(NO_CHANGE)
        ? vfs.getattr(node, handle)
        : vfs.setattr(node, handle, change, request.caller());
    answer(after, request, reply);
  }

  private static final AttributeChange NO_CHANGE =
      new AttributeChange(null, null, null, null, null, null);

  private @Nullable Long time(
      Request request, int valid, int set, int now, int seconds, int nanos) {
    if ((valid & now) != 0) {
      Instant time = clock.instant();
      return time.getEpochSecond() * NANOS + time.getNano();
    }
    if ((valid & set) == 0) {
      return null;
    }
    return saturatingNanos(request.int64(seconds), request.int32(nanos));
  }

  /** 64 bits of nanoseconds end in 2262; later and earlier than they reach is kept as near as can be. */
  private static long saturatingNanos(long seconds, int nanos) {
    if (seconds >= Long.MAX_VALUE / NANOS) {
      return Long.MAX_VALUE;
    }
    if (seconds <= Long.MIN_VALUE / NANOS) {
      return Long.MIN_VALUE;
    }
    return seconds * NANOS + nanos;
  }

  void readlink(Request request, Reply reply) throws IOException {
    byte[] target = FileNames.encode(vfs.readlink(request.node()));
    reply.body().put(target);
    reply.send();
  }

  /** struct fuse_kstatfs */
  void statfs(Reply reply) throws IOException {
    FsStatistics s = vfs.statfs();
    reply
        .body()
        .putLong(s.blocks())
        .putLong(s.freeBlocks())
        .putLong(s.freeBlocks())
        .putLong(s.files())
        .putLong(s.freeFiles())
        .putInt(s.blockSize())
        .putInt(s.maxNameBytes())
        .putInt(s.blockSize())
        .putInt(0)
        .put(new byte[24]);
    reply.send();
  }

  void getxattr(Request request, Reply reply) throws IOException {
    String name = supported(request.text(GETXATTR_IN));
    answerSized(vfs.getxattr(request.node(), name), request, reply);
  }

  void listxattr(Request request, Reply reply) throws IOException {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    for (String name : vfs.listxattr(request.node())) {
      names.writeBytes(FileNames.encode(name));
      names.write(0);
    }
    answerSized(names.toByteArray(), request, reply);
  }

  private static void answerSized(byte[] value, Request request, Reply reply) throws FsException {
    int room = request.int32(GETXATTR_IN_SIZE);
    if (room == 0) {
      reply.body().putInt(value.length).putInt(0);
    } else if (value.length > room) {
      throw new FsException(Errno.ERANGE, "the attribute has " + value.length + " bytes");
    } else {
      reply.body().put(value);
    }
    reply.send();
  }

  void setxattr(Request request, Reply reply) throws IOException {
    int size = request.int32(SETXATTR_IN_SIZE);
    XattrMode mode = switch (request.int32(SETXATTR_IN_FLAGS)) {
      case 0 -> XattrMode.ANY;
      case XATTR_CREATE -> XattrMode.CREATE;
      case XATTR_REPLACE -> XattrMode.REPLACE;
      default -> throw new FsException(Errno.EINVAL, "no such way to set an attribute");
    };
    String name = supported(request.text(SETXATTR_IN));
    byte[] value = request.copy(request.endOfText(SETXATTR_IN) + 1, size);
    vfs.setxattr(request.node(), name, value, mode);
    reply.ok();
  }

  void removexattr(Request request, Reply reply) throws IOException {
    vfs.removexattr(request.node(), supported(request.text(0)));
    reply.ok();
  }

  /** {@code ls -l} asks for these on every file: no file system of ours has them. */
  private static String supported(String name) throws FsException {
    if (name.startsWith("security.") || name.startsWith("system.posix_acl_")) {
      throw new FsException(Errno.ENOTSUP, name);
    }
    return name;
  }
}

package dev.cove.fuse;

import static dev.cove.fuse.FuseProtocol.*;
import static dev.cove.fuse.Wire.body;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.fuse.Wire.Answer;
import dev.cove.storage.StorageException;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.vfs.MemoryFileSystem;
import dev.cove.vfs.Opened.PageCache;
import dev.cove.vfs.VirtualFileSystem;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ru.serce.jnrfuse.ErrorCodes;

final class RequestDispatcherTest {
  private static final long ROOT = VirtualFileSystem.ROOT;
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2024-05-06T07:08:09.123456789Z"), ZoneOffset.UTC);
  private static final int ATTR_IN_ENTRY = 40;
  private static final int ATTR_IN_ATTR_OUT = 16;

  private final MemoryFileSystem files = new MemoryFileSystem(CLOCK, Duration.ofMillis(1500));
  private final Intercepted calls = new Intercepted(files);
  private final Wire wire = new Wire(calls.vfs, CLOCK);

  private Answer lookup(String name) {
    return wire.call(LOOKUP, ROOT, body().text(name));
  }

  private long open(long node, int flags) {
    Answer opened = wire.call(OPEN, node, body().int32(flags, 0));
    assertThat(opened.error()).isZero();
    return opened.int64(0);
  }

  @Test
  void lookupAnswersNodeTimeoutsAndAttributes() throws Exception {
    long inode = files.put("a", "hello".getBytes(UTF_8));
    Answer answer = lookup("a");
    assertThat(answer.error()).isZero();
    assertThat(answer.body().remaining()).isEqualTo(ENTRY_OUT);
    assertThat(answer.int64(0)).isEqualTo(inode);
    assertThat(answer.int64(16)).isEqualTo(1);
    assertThat(answer.int32(32)).isEqualTo(500_000_000);
    assertThat(answer.int64(ATTR_IN_ENTRY)).isEqualTo(inode);
    assertThat(answer.int64(ATTR_IN_ENTRY + 8)).as("size").isEqualTo(5);
    assertThat(answer.int64(ATTR_IN_ENTRY + 16)).as("blocks").isEqualTo(1);
    assertThat(answer.int64(ATTR_IN_ENTRY + 32))
        .as("mtime")
        .isEqualTo(CLOCK.instant().getEpochSecond());
    assertThat(answer.int32(ATTR_IN_ENTRY + 52)).isEqualTo(123_456_789);
    assertThat(answer.int32(ATTR_IN_ENTRY + 60)).as("mode").isEqualTo(0100644);
  }

  @Test
  void absentNameIsRememberedForTheNegativeTimeout() {
    Answer answer = lookup("absent");
    assertThat(answer.error()).isZero();
    assertThat(answer.int64(0)).as("node").isZero();
    assertThat(answer.int64(16)).isEqualTo(1);
    assertThat(answer.int32(32)).isEqualTo(500_000_000);
  }

  @Test
  void absentNameIsAnErrorWhenItMayNotBeRemembered() {
    Wire forgetful = new Wire(new MemoryFileSystem(CLOCK, Duration.ZERO), CLOCK);
    assertThat(forgetful.call(LOOKUP, ROOT, body().text("absent")).error())
        .isEqualTo(ErrorCodes.ENOENT());
  }

  @Test
  void writeReachesTheFileAndIsCounted() throws Exception {
    long inode = files.put("a", new byte[0]);
    long handle = open(inode, 2);
    byte[] data = "some bytes".getBytes(UTF_8);
    Answer written = wire.call(
        WRITE,
        inode,
        body().int64(handle, 3).int32(data.length, 0).int64(0).int32(0, 0).raw(data));
    assertThat(written.error()).isZero();
    assertThat(written.int32(0)).isEqualTo(data.length);
    assertThat(files.content("a")).isEqualTo("\0\0\0some bytes".getBytes(UTF_8));
    assertThat(wire.metrics.bytesWritten.sum()).isEqualTo(data.length);
  }

  @Test
  void writeByAStrangerTakesSetUserIdOff() throws Exception {
    long inode = files.put("a", new byte[0]);
    setattr(inode, FATTR_MODE, 0, 0104755);
    long handle = open(inode, 2);
    wire.call(
        WRITE,
        inode,
        body()
            .int64(handle, 0)
            .int32(1, WRITE_KILL_SUIDGID)
            .int64(0)
            .int32(0, 0)
            .raw((byte) 1));
    assertThat(files.getattr(inode, -1).permissions()).isEqualTo(0755);
  }

  @Test
  void writeThatSaysMoreThanItHasIsRefused() throws Exception {
    long inode = files.put("a", new byte[0]);
    long handle = open(inode, 2);
    Answer answer = wire.call(
        WRITE,
        inode,
        body().int64(handle, 0).int32(4096, 0).int64(0).int32(0, 0).raw((byte) 1));
    assertThat(answer.error()).isEqualTo(ErrorCodes.EINVAL());
    assertThat(files.content("a")).isEmpty();
  }

  private Answer setattr(long inode, int valid, long seconds, int mode) {
    return wire.call(
        SETATTR,
        inode,
        body()
            .int32(valid, 0)
            .int64(0, 77, 0, seconds, seconds, 0)
            .int32(5, 6, 0, mode, 0, 42, 43, 0));
  }

  @Test
  void setattrChangesOnlyWhatIsValid() throws Exception {
    long inode = files.put("a", "abc".getBytes(UTF_8));
    Answer answer = setattr(inode, FATTR_MODE | FATTR_UID, 0, 0100600);
    assertThat(answer.int32(ATTR_IN_ATTR_OUT + 60)).isEqualTo(0100600);
    assertThat(answer.int32(ATTR_IN_ATTR_OUT + 68)).as("uid").isEqualTo(42);
    assertThat(answer.int32(ATTR_IN_ATTR_OUT + 72)).as("gid").isZero();
    assertThat(answer.int64(ATTR_IN_ATTR_OUT + 8)).as("size").isEqualTo(3);
  }

  @Test
  void timesBefore1970AndNowAreKeptToTheNanosecond() throws Exception {
    long inode = files.put("a", new byte[0]);
    Answer old = setattr(inode, FATTR_MTIME, -10, 0);
    assertThat(old.int64(ATTR_IN_ATTR_OUT + 32)).isEqualTo(-10);
    assertThat(old.int32(ATTR_IN_ATTR_OUT + 52)).isEqualTo(6);
    Answer now = setattr(inode, FATTR_MTIME | FATTR_MTIME_NOW, -10, 0);
    assertThat(now.int64(ATTR_IN_ATTR_OUT + 32)).isEqualTo(CLOCK.instant().getEpochSecond());
    assertThat(now.int32(ATTR_IN_ATTR_OUT + 52)).isEqualTo(123_456_789);
  }

  @Test
  void ownerChangeTakesSetUserIdOffWhenTheKernelAsks() throws Exception {
    long inode = files.put("a", new byte[0]);
    setattr(inode, FATTR_MODE, 0, 0106711);
    setattr(inode, FATTR_UID | FATTR_KILL_SUIDGID, 0, 0);
    assertThat(files.getattr(inode, -1).permissions()).isEqualTo(0711);
  }

  @Test
  void umaskIsTakenOffNewFilesAndTheyBelongToTheCaller() throws Exception {
    Answer made = wire.call(MKDIR, ROOT, body().int32(0777, 027).text("d"));
    assertThat(made.int32(ATTR_IN_ENTRY + 60)).isEqualTo(0040750);
    assertThat(made.int32(ATTR_IN_ENTRY + 68)).isEqualTo(Wire.UID);
    assertThat(made.int32(ATTR_IN_ENTRY + 72)).isEqualTo(Wire.GID);
    Answer created = wire.call(CREATE, ROOT, body().int32(0101, 0100666, 022, 0).text("f"));
    assertThat(created.int32(ATTR_IN_ENTRY + 60)).isEqualTo(0100644);
    assertThat(created.int64(ENTRY_OUT)).as("handle").isPositive();
    Answer node = wire.call(MKNOD, ROOT, body().int32(0100666, 0, 077, 0).text("n"));
    assertThat(node.int32(ATTR_IN_ENTRY + 60)).isEqualTo(0100600);
  }

  @Test
  void devicesAndPipesAreRefused() {
    Answer answer = wire.call(MKNOD, ROOT, body().int32(0010666, 0, 0, 0).text("pipe"));
    assertThat(answer.error()).isEqualTo(ErrorCodes.EPERM());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b"})
  void nameThatIsNoneIsRefused(String name) {
    assertThat(wire.call(MKDIR, ROOT, body().int32(0755, 0).text(name)).error())
        .isEqualTo(ErrorCodes.EINVAL());
  }

  @Test
  void nameOf256BytesIsTooLong() {
    assertThat(lookup("x".repeat(256)).error()).isEqualTo(ErrorCodes.ENAMETOOLONG());
    assertThat(lookup("x".repeat(255)).error()).isZero();
  }

  @Test
  void renameModesAreTheKernels() throws Exception {
    files.put("a", "A".getBytes(UTF_8));
    files.put("b", "B".getBytes(UTF_8));
    assertThat(rename2(RENAME_NOREPLACE).error()).isEqualTo(ErrorCodes.EEXIST());
    assertThat(rename2(RENAME_EXCHANGE).error()).isZero();
    assertThat(files.content("a")).isEqualTo("B".getBytes(UTF_8));
    assertThat(rename2(4).error()).as("WHITEOUT").isEqualTo(ErrorCodes.EINVAL());
    assertThat(wire.call(RENAME, ROOT, body().int64(ROOT).text("a", "b")).error())
        .isZero();
    assertThat(files.content("b")).isEqualTo("B".getBytes(UTF_8));
  }

  private Answer rename2(int flags) {
    return wire.call(RENAME2, ROOT, body().int64(ROOT).int32(flags, 0).text("a", "b"));
  }

  @ParameterizedTest
  @EnumSource(PageCache.class)
  void openTellsTheKernelWhatBecomesOfItsPages(PageCache pageCache) throws Exception {
    long inode = files.put("a", new byte[0]);
    files.setPageCache(pageCache);
    Answer opened = wire.call(OPEN, inode, body().int32(0, 0));
    int expected = switch (pageCache) {
      case KEEP -> FOPEN_KEEP_CACHE;
      case DROP -> 0;
      case BYPASS -> FOPEN_DIRECT_IO;
    };
    assertThat(opened.int32(8)).isEqualTo(expected);
  }

  @Test
  void xattrSizesAreProbedAndTooSmallRoomIsRefused() throws Exception {
    long inode = files.put("a", new byte[0]);
    byte[] value = {1, 2, 3, 4, 5};
    assertThat(wire.call(
                SETXATTR, inode, body().int32(value.length, 0).text("user.x").raw(value))
            .error())
        .isZero();
    assertThat(wire.call(GETXATTR, inode, body().int32(0, 0).text("user.x")).int32(0))
        .isEqualTo(5);
    assertThat(wire.call(GETXATTR, inode, body().int32(4, 0).text("user.x")).error())
        .isEqualTo(ErrorCodes.ERANGE());
    Answer got = wire.call(GETXATTR, inode, body().int32(5, 0).text("user.x"));
    assertThat(got.body()).isEqualTo(ByteBuffer.wrap(value));
    assertThat(wire.call(LISTXATTR, inode, body().int32(100, 0)).text()).isEqualTo("user.x\0");
    assertThat(wire.call(SETXATTR, inode, body().int32(0, XATTR_CREATE).text("user.x"))
            .error())
        .isEqualTo(ErrorCodes.EEXIST());
    assertThat(wire.call(REMOVEXATTR, inode, body().text("user.x")).error()).isZero();
    assertThat(wire.call(GETXATTR, inode, body().int32(0, 0).text("user.x")).error())
        .isEqualTo(ErrorCodes.ENODATA());
  }

  @ParameterizedTest
  @ValueSource(strings = {"security.capability", "security.selinux", "system.posix_acl_access"})
  void securityAttributesCostNoCall(String name) throws Exception {
    long inode = files.put("a", new byte[0]);
    calls.fail("getxattr", new AssertionError("asked"));
    assertThat(wire.call(GETXATTR, inode, body().int32(0, 0).text(name)).error())
        .isEqualTo(ErrorCodes.EOPNOTSUPP());
    assertThat(wire.metrics.failures.sum()).isZero();
  }

  @Test
  void answerThatNobodyWaitsForGivesBackLookupsAndHandles() throws Exception {
    long inode = files.put("a", new byte[0]);
    wire.device.answer = ErrorCodes.ENOENT();
    lookup("a");
    wire.call(OPEN, inode, body().int32(0, 0));
    wire.call(OPENDIR, ROOT, body().int32(0, 0));
    wire.call(CREATE, ROOT, body().int32(0101, 0100666, 022, 0).text("f"));
    assertThat(files.lookups()).isZero();
    assertThat(files.openHandles()).isZero();
  }

  @Test
  void forgetTakesLookupsBackAndHasNoReply() throws Exception {
    long a = files.put("a", new byte[0]);
    long b = files.put("b", new byte[0]);
    lookup("a");
    lookup("a");
    lookup("b");
    int before = wire.device.messages.size();
    wire.send(FORGET, a, body().int64(1).done());
    assertThat(files.lookups()).isEqualTo(2);
    wire.send(BATCH_FORGET, 0, body().int32(2, 0).int64(a, 1, b, 1).done());
    assertThat(files.lookups()).isZero();
    assertThat(wire.device.messages).hasSize(before);
  }

  @ParameterizedTest
  @EnumSource(StorageException.Kind.class)
  void everyStorageFailureHasAnErrno(StorageException.Kind kind) {
    calls.fail("getattr", new StorageException(kind, "planted"));
    assertThat(getattr().error()).isPositive();
    assertThat(wire.metrics.failures.sum()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Errno.class)
  void everyErrnoHasItsNumberAndNoneIsRememberedForGood(Errno errno) {
    calls.fail("getattr", new FsException(errno, "planted"));
    assertThat(getattr().error()).isPositive().isNotEqualTo(ErrorCodes.ENOSYS());
  }

  private Answer getattr() {
    return wire.call(GETATTR, ROOT, body().int32(0, 0).int64(0));
  }

  @Test
  void aCloseIsNeverSaidToBeInterruptedSinceProgramsTakeThatForSuccess() {
    calls.fail("flush", new StorageException(StorageException.Kind.INTERRUPTED, "planted"));
    assertThat(wire.call(FLUSH, ROOT, body().int64(1, 0, 0)).error()).isEqualTo(ErrorCodes.EIO());
    calls.fail("flush", new FsException(Errno.EINTR, "planted"));
    assertThat(wire.call(FLUSH, ROOT, body().int64(1, 0, 0)).error()).isEqualTo(ErrorCodes.EIO());
  }

  @Test
  void anythingElseThatIsThrownIsAnInputOutputError() {
    for (Throwable failure : List.of(
        new IllegalStateException("planted"),
        new OutOfMemoryError("planted"),
        new StackOverflowError("planted"),
        new java.io.IOException("planted"))) {
      calls.fail("getattr", failure);
      assertThat(getattr().error()).isEqualTo(ErrorCodes.EIO());
    }
    assertThat(wire.metrics.failures.sum()).isEqualTo(4);
  }

  @Test
  void requestsThatWillNeverExistAreRememberedAndUnknownOnesAreNot() {
    assertThat(wire.call(LSEEK, ROOT, body().int64(0, 0).int32(3, 0)).error())
        .isEqualTo(ErrorCodes.ENOSYS());
    assertThat(wire.call(IOCTL, ROOT, body().int64(0, 0)).error()).isEqualTo(ErrorCodes.ENOTTY());
    assertThat(wire.call(999, ROOT, body()).error()).isEqualTo(ErrorCodes.EOPNOTSUPP());
    assertThat(wire.metrics.unknownRequests.sum()).isEqualTo(1);
  }

  @Test
  void initTakesWhatBothSidesHave() {
    long offered = ASYNC_READ | MAX_PAGES | DO_READDIRPLUS | INIT_EXT | (1 << 1) | (1 << 16);
    Answer init = wire.call(
        INIT, 0, body().int32(7, 45, 1 << 17, (int) offered, (int) (HAS_EXPIRE_ONLY >> 32)));
    assertThat(init.body().remaining()).isEqualTo(INIT_OUT);
    assertThat(init.int32(4)).isEqualTo(NEWEST_MINOR);
    assertThat(init.int32(12) & 0xffffffffL)
        .as("locks and write-back left out")
        .isEqualTo(ASYNC_READ | MAX_PAGES | DO_READDIRPLUS | INIT_EXT);
    assertThat(init.body().getShort(28)).as("pages").isEqualTo((short) 256);
    assertThat(init.int32(32)).as("flags2").isEqualTo((int) (HAS_EXPIRE_ONLY >> 32));
    assertThat(wire.init.agreement()).isCompleted();
  }

  @Test
  void kernelThatIsTooOldGetsAClearError() {
    assertThat(wire.call(INIT, 0, body().int32(7, 22, 0, 0)).error())
        .isEqualTo(ErrorCodes.EPROTO());
    assertThat(wire.init.agreement()).isCompletedExceptionally();
    assertThat(wire.init.agreement().handle((a, e) -> e.getMessage()).join()).contains("FUSE 7.22");
  }

  @Test
  void kernelOfALaterMajorIsAskedToComeDown() {
    Answer init = wire.call(INIT, 0, body().int32(8, 0, 0, 0));
    assertThat(init.int32(0)).isEqualTo(7);
    assertThat(wire.init.agreement()).isNotDone();
  }
}

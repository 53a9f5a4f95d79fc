package dev.cove.mount;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.mount.TestBucket.How;
import dev.cove.storage.Capabilities;
import dev.cove.storage.Capabilities.Feature;
import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileNames;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.RenameMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What changes do to the bucket, to those who have files open, and to other writers. */
final class BucketChangesTest extends MountedBucketTest {
  private static final OpenFlags EXCLUSIVE = new OpenFlags(2 | 0x80);

  @Override
  BucketFileSystem mount(TestBucket bucket) throws IOException {
    return bucket.mountWritable(How.POSIX);
  }

  /** From now on the bucket deletes whatever is there, as MinIO does. */
  private void withoutConditionalDelete() throws IOException {
    mountOf(
        MemoryObjectStore.S3_LIKE.toBuilder().cannot(Feature.CONDITIONAL_DELETE).build());
  }

  private void mountOf(Capabilities capabilities) throws IOException {
    bucket.close();
    remount(new TestBucket(folder.resolve("other"), capabilities));
  }

  @Test
  void appendingBeginsWhereTheFileEndsNowThoughAnotherHasMadeItLonger() throws Exception {
    OpenFlags append = new OpenFlags(2 | 0x400);
    bucket.put("f", "one\n");
    long inode = fs.lookup(1, "f").inode();
    bucket.put("f", "one\ntwo\n");
    bucket.clock.advance(TestBucket.TTL);
    // The kernel would write at 4; told that what it knows is stale, it looks again.
    TestBucket.assertErrno(Errno.ESTALE, () -> fs.open(inode, append, Paths.CALLER));
    assertThat(fs.lookup(1, "f").attributes().size()).isEqualTo(8);
    paths.close(paths.open("f", append));
  }

  @Test
  void whoReadsBeforeAppendingToWhatAnotherHasMadeLongerMeanwhileHearsEstale() throws Exception {
    OpenFlags append = new OpenFlags(2 | 0x400);
    bucket.put("f", "one\n");
    long appending = paths.open("f", append);
    bucket.put("f", "one\ntwo\n");
    // Were the new version read here, the kernel would still append at 4, into its middle.
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.pread(appending, 0, 10));
    paths.pwrite(appending, 4, bytes("mine\n"));
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.close(appending));
    assertThat(bucket.object("f")).isEqualTo("one\ntwo\n");
    long again = paths.open("f", append);
    assertThat(paths.pread(again, 0, 10)).asString(UTF_8).isEqualTo("one\ntwo\n");
    paths.close(again);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private void fsync(long handle) throws IOException {
    fs.fsync(handle);
  }

  @Test
  void eachChangeCostsNoMoreRequestsThanItMust() throws Exception {
    paths.list("");
    bucket.requests();
    paths.mkdir("d");
    assertThat(bucket.requests()).containsExactly("PUT d/");
    fs.lookup(1, "d"); // the kernel knows the directory from here on
    bucket.requests();
    paths.write("d/f", bytes("x"));
    assertThat(bucket.requests()).containsExactly("PUT d/f");
    paths.write("d/f", bytes("y"));
    assertThat(bucket.requests()).as("rewritten").containsExactly("TAGS d/f", "PUT d/f");
    paths.rename("d/f", "d/g");
    assertThat(bucket.requests()).containsExactly("COPY d/f -> d/g", "DELETE d/f");
    paths.chmod("d/g", 0600);
    paths.utimens("d/g", 1);
    assertThat(bucket.requests()).isEmpty();
    assertThat(fs.drain(Duration.ZERO)).isEmpty();
    assertThat(bucket.requests()).containsExactly("COPY d/g -> d/g");
    paths.unlink("d/g");
    assertThat(bucket.requests()).containsExactly("DELETE d/g");
    paths.rmdir("d");
    assertThat(bucket.requests()).containsExactly("LIST d/ limit 2", "DELETE d/");
    paths.symlink("l", "x");
    assertThat(bucket.requests()).containsExactly("PUT l");
    assertThat(bucket.memory.keys()).containsExactly("l");
  }

  @Test
  void aFileOnItselfIsRenamedByDoingNothing() throws Exception {
    paths.write("f", bytes("x"));
    paths.mkdir("d");
    bucket.requests();
    paths.rename("f", "f");
    paths.rename("d", "d");
    assertThat(bucket.object("f")).isEqualTo("x");
    assertThat(bucket.memory.keys()).containsExactly("d/", "f");
    assertThat(bucket.requests()).noneMatch(line -> line.startsWith("DELETE"));
  }

  @Test
  void aRenameTakesThePlaceOfAnUnlinkedFileThatIsOpen() throws Exception {
    for (boolean conditional : new boolean[] {true, false}) {
      if (!conditional) {
        withoutConditionalDelete();
      }
      paths.write("f", bytes("old"));
      paths.write("g", bytes("new"));
      long handle = paths.open("f", OpenFlags.READ_ONLY);
      paths.unlink("f");
      paths.rename("g", "f");
      assertThat(paths.read("f")).asString().isEqualTo("new");
      paths.close(handle);
      assertThat(bucket.memory.keys()).containsExactly("f");
      assertThat(bucket.object("f")).isEqualTo("new");
    }
  }

  @Test
  void aDirectoryTakesThePlaceOfOneWhoseUnlinkedFilesAreOpen() throws Exception {
    withoutConditionalDelete();
    paths.mkdir("old");
    paths.write("old/f", bytes("old"));
    paths.mkdir("new");
    paths.write("new/f", bytes("new"));
    long handle = paths.open("old/f", OpenFlags.READ_ONLY);
    paths.unlink("old/f");
    paths.rename("new", "old");
    paths.close(handle);
    assertThat(paths.read("old/f")).asString().isEqualTo("new");
    assertThat(bucket.memory.keys()).containsExactly("old/", "old/f");
  }

  @Test
  void creatingExclusivelyFailsForAFileThatThisMountHasNotStoredYet() throws Exception {
    long handle = paths.create("f");
    TestBucket.assertErrno(Errno.EEXIST, () -> fs.create(1, "f", 0644, EXCLUSIVE, Paths.CALLER));
    paths.close(handle);
    TestBucket.assertErrno(Errno.EEXIST, () -> fs.create(1, "f", 0644, EXCLUSIVE, Paths.CALLER));
  }

  @Test
  void aFileCreatedWithoutWritingIsStoredByTheLastClose() throws Exception {
    // O_CREAT | O_EXCL | O_RDONLY, as lock files are often made.
    var created = fs.create(1, "lock", 0100644, new OpenFlags(0x80), Paths.CALLER);
    long handle = created.opened().handle();
    fs.flush(handle);
    fs.release(handle);
    assertThat(bucket.memory.keys()).containsExactly("lock");
    fs.forget(created.entry().inode(), 1);
  }

  @Test
  void creatingIsExclusiveBetweenMountsOnceItIsStored() throws Exception {
    Paths other = new Paths(bucket.mountWritable(How.POSIX));
    long mine = paths.create("f");
    paths.pwrite(mine, 0, bytes("mine"));
    long theirs = other.create("f");
    other.pwrite(theirs, 0, bytes("theirs"));
    paths.close(mine);
    TestBucket.assertErrno(Errno.ESTALE, () -> other.close(theirs));
    assertThat(bucket.object("f")).isEqualTo("mine");
  }

  @Test
  void whoLostAConflictHearsItFromEveryLaterCall() throws Exception {
    paths.write("f", bytes("mine"));
    long one = paths.open("f", OpenFlags.READ_WRITE);
    long two = paths.open("f", OpenFlags.READ_WRITE);
    paths.pwrite(one, 0, bytes("1"));
    paths.pwrite(two, 1, bytes("234"));
    bucket.put("f", "theirs");
    TestBucket.assertErrno(Errno.ESTALE, () -> fs.flush(one));
    TestBucket.assertErrno(Errno.ESTALE, () -> fsync(one));
    TestBucket.assertErrno(Errno.ESTALE, () -> fsync(two));
    TestBucket.assertErrno(Errno.ESTALE, () -> fs.flush(two));
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.pwrite(two, 1, bytes("3")));
    assertThat(paths.pread(one, 0, 10)).as("its own bytes").asString().isEqualTo("1234");
    fs.release(one);
    fs.release(two);
    assertThat(bucket.object("f")).isEqualTo("theirs");
    paths.write("f", bytes("again"));
    assertThat(bucket.object("f")).isEqualTo("again");
  }

  @Test
  void theBytesOfWhoLostAConflictStayInTheSpool() throws Exception {
    bucket.put("f", "before");
    long handle = paths.open("f", OpenFlags.READ_WRITE);
    paths.pwrite(handle, 0, bytes("precious"));
    bucket.put("f", "theirs");
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.close(handle));
    assertThat(fs.keptBeside()).containsOnlyKeys("f");
    fs.close();
    try (Stream<Path> files = Files.walk(folder.resolve("spool-0"))) {
      assertThat(files.filter(Files::isRegularFile))
          .anySatisfy(file -> assertThat(Files.readString(file, ISO_8859_1)).contains("precious"));
    }
  }

  @Test
  void withOnConflictOverwriteTheLastWriterWins() throws Exception {
    Paths last = new Paths(bucket.mountWritable(How.POSIX.overwriting()));
    bucket.put("f", "0123");
    long edit = last.open("f", OpenFlags.READ_WRITE);
    last.pwrite(edit, 0, bytes("abcd"));
    bucket.put("f", "theirs");
    last.close(edit);
    assertThat(bucket.object("f")).isEqualTo("abcd");
    long create = last.create("new");
    last.pwrite(create, 0, bytes("mine"));
    bucket.put("new", "theirs");
    last.close(create);
    assertThat(bucket.object("new")).isEqualTo("mine");
  }

  @Test
  void anObjectThatAnotherHasReplacedIsNotDeleted() throws Exception {
    paths.write("f", bytes("mine"));
    long inode = fs.lookup(1, "f").inode();
    bucket.put("f", "theirs");
    TestBucket.assertErrno(Errno.ESTALE, () -> fs.unlink(1, "f"));
    assertThat(bucket.object("f")).isEqualTo("theirs");
    assertThat(fs.lookup(1, "f").inode()).as("the kernel looks again").isEqualTo(inode);
    fs.unlink(1, "f");
    assertThat(bucket.memory.keys()).isEmpty();
  }

  @Test
  void whereTheStoreCannotDeleteConditionallyWhateverIsThereGoes() throws Exception {
    withoutConditionalDelete();
    paths.write("f", bytes("mine"));
    bucket.put("f", "theirs");
    paths.unlink("f");
    assertThat(bucket.memory.keys()).isEmpty();
  }

  @Test
  void aSourceThatAnotherHasReplacedIsNotRenamed() throws Exception {
    paths.write("f", bytes("mine"));
    bucket.put("f", "theirs");
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.rename("f", "g"));
    assertThat(bucket.memory.keys()).containsExactly("f");
    paths.rename("f", "g");
    assertThat(bucket.object("g")).isEqualTo("theirs");
  }

  @Test
  void aTargetThatAnotherHasCreatedOrReplacedIsNotRenamedOver() throws Exception {
    paths.write("f", bytes("mine"));
    assertThat(paths.exists("new")).isFalse();
    bucket.put("new", "theirs");
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.rename("f", "new"));
    assertThat(bucket.object("new")).isEqualTo("theirs");
    assertThat(bucket.object("f")).isEqualTo("mine");
  }

  @Test
  void whoHasTheTargetOfARenameOpenReadsOnWhatIsAtHandOnly() throws Exception {
    paths.write("seen", bytes("old"));
    paths.write("unseen", bytes("old"));
    long seen = paths.open("seen", OpenFlags.READ_ONLY);
    paths.pread(seen, 0, 10);
    long unseen = paths.open("unseen", OpenFlags.READ_ONLY);
    paths.write("a", bytes("new"));
    paths.write("b", bytes("new"));
    paths.rename("a", "seen");
    paths.rename("b", "unseen");
    assertThat(paths.pread(seen, 0, 10)).asString().isEqualTo("old");
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.pread(unseen, 0, 10));
    paths.close(seen);
    paths.close(unseen);
  }

  @Test
  void whoHasARemovedFileOpenReadsOnWhatIsAtHandOnlyOnceAnotherHasItsName() throws Exception {
    paths.write("seen", bytes("old"));
    paths.write("unseen", bytes("old"));
    long seen = paths.open("seen", OpenFlags.READ_ONLY);
    paths.pread(seen, 0, 10);
    long unseen = paths.open("unseen", OpenFlags.READ_ONLY);
    paths.unlink("seen");
    paths.unlink("unseen");
    paths.write("seen", bytes("new"));
    paths.write("unseen", bytes("new"));
    assertThat(paths.pread(seen, 0, 10)).asString().isEqualTo("old");
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.pread(unseen, 0, 10));
    paths.close(seen);
    paths.close(unseen);
    assertThat(bucket.object("unseen")).isEqualTo("new");
  }

  @Test
  void attributesOfAnObjectThatAnotherHasReplacedAreGivenUp() throws Exception {
    paths.write("f", bytes("mine"));
    paths.chmod("f", 0600);
    bucket.put("f", "theirs", Map.of("mode", "33261"));
    assertThat(fs.drain(Duration.ZERO)).containsKey("f");
    assertThat(bucket.object("f")).isEqualTo("theirs");
    assertThat(paths.stat("f").permissions()).isEqualTo(0755);
  }

  @Test
  void aDirectoryThatCannotBeCopiedWholeStaysWhereItWas() throws Exception {
    paths.mkdir("d");
    for (int i = 0; i < 30; i++) {
      paths.write("d/" + i, bytes("x"));
    }
    List<String> before = bucket.memory.keys();
    bucket.faults.on(StoreOperation.COPY).key("d/7").fail(Kind.UNAVAILABLE);
    TestBucket.assertFails(Kind.UNAVAILABLE, () -> paths.rename("d", "e"));
    assertThat(bucket.memory.keys()).isEqualTo(before);
    assertThat(paths.list("d")).hasSize(30);
    assertThat(paths.exists("e")).isFalse();
    bucket.faults.heal();
    paths.rename("d", "e");
    assertThat(paths.list("e")).hasSize(30);
  }

  @Test
  void directoriesOfAThousandFilesAreRenamed() throws Exception {
    for (int i = 0; i < 1200; i++) {
      bucket.put("d/" + i, "x");
    }
    paths.rename("d", "e");
    assertThat(bucket.memory.keys()).hasSize(1200).allMatch(key -> key.startsWith("e/"));
    assertThat(paths.list("e")).hasSize(1200);
  }

  @Test
  void renamesAndEditsKeepClassEncryptionHeadersAndTags() throws Exception {
    renameAndEdit("0123456789");
  }

  @Test
  void whatIsTooLargeForOneCopyIsRenamedPartByPartAndKeepsAllOfIt() throws Exception {
    mountOf(MemoryObjectStore.S3_LIKE.toBuilder().partSize(1, 4).maxCopySize(9).build());
    bucket.put("large", "0123456789");
    renameAndEdit("0123456789");
    paths.stat("large");
    bucket.requests();
    paths.rename("large", "moved");
    assertThat(bucket.requests())
        .contains("CREATE-UPLOAD moved", "COMPLETE moved", "DELETE large")
        .filteredOn(request -> request.startsWith("PART-COPY"))
        .hasSize(3);
  }

  private void renameAndEdit(String content) throws Exception {
    ObjectAttributes attributes = new ObjectAttributes(
        new ContentHeaders("text/x", "gzip", "de", "inline", "max-age=5"),
        Map.of("mine", "kept"),
        new Encryption("aws:kms", "key"));
    bucket.memory.put(
        "f",
        Content.of(bytes(content)),
        new WriteOptions(WriteCondition.none(), attributes, Map.of("team", "a"), "GLACIER_IR"));
    paths.rename("f", "g");
    long handle = paths.open("g", OpenFlags.READ_WRITE);
    paths.pwrite(handle, 0, bytes("X"));
    paths.close(handle);
    paths.chmod("g", 0600);
    assertThat(fs.drain(Duration.ZERO)).isEmpty();
    var info = bucket.memory.head("g");
    assertThat(bucket.object("g")).isEqualTo("X123456789");
    assertThat(info.attributes().headers()).isEqualTo(attributes.headers());
    assertThat(info.attributes().encryption()).isEqualTo(attributes.encryption());
    assertThat(info.attributes().metadata()).containsEntry("mine", "kept");
    assertThat(info.storageClass()).isEqualTo("GLACIER_IR");
    assertThat(bucket.memory.tags("g")).containsEntry("team", "a");
  }

  @Test
  void newFilesHaveTheContentTypeOfTheirNames() throws Exception {
    paths.write("page.html", bytes("x"));
    paths.write("data", bytes("x"));
    paths.mkdir("d");
    assertThat(contentType("page.html")).isEqualTo("text/html");
    assertThat(contentType("data")).isEqualTo("application/octet-stream");
    assertThat(contentType("d/")).isEqualTo("application/x-directory");
  }

  private String contentType(String key) throws IOException {
    return bucket.memory.head(key).attributes().headers().contentType();
  }

  @Test
  void namesThatNoKeyCanCarryAreRefusedWithoutARequest() throws Exception {
    paths.list("");
    bucket.requests();
    String invalid = FileNames.decode(new byte[] {'a', (byte) 0xff});
    TestBucket.assertErrno(Errno.EILSEQ, () -> paths.create(invalid));
    TestBucket.assertErrno(Errno.EILSEQ, () -> paths.mkdir(invalid));
    TestBucket.assertErrno(Errno.ENAMETOOLONG, () -> paths.create("x".repeat(256)));
    assertThat(bucket.requests()).isEmpty();
  }

  @Test
  void aPathOverTheLongestKeyIsRefused() throws Exception {
    String path = "d".repeat(250);
    for (int depth = 1; depth < 4; depth++) {
      paths.mkdir(path);
      path += "/" + "d".repeat(250);
    }
    String deepest = path;
    paths.mkdir(deepest);
    paths.create(deepest + "/" + "x".repeat(15));
    TestBucket.assertErrno(Errno.ENAMETOOLONG, () -> paths.create(deepest + "/" + "x".repeat(25)));
  }

  @Test
  void aReaderSeesWhatAnotherHandleWritesAtOnce() throws Exception {
    paths.write("f", bytes("0123"));
    long reader = paths.open("f", OpenFlags.READ_ONLY);
    long writer = paths.open("f", OpenFlags.READ_WRITE);
    assertThat(paths.pread(reader, 0, 10)).asString().isEqualTo("0123");
    paths.pwrite(writer, 1, bytes("XY"));
    assertThat(paths.pread(reader, 0, 10)).asString().isEqualTo("0XY3");
    assertThat(paths.stat("f").size()).isEqualTo(4);
    assertThat(bucket.object("f")).as("until it is published").isEqualTo("0123");
    paths.close(writer);
    assertThat(paths.pread(reader, 0, 10)).asString().isEqualTo("0XY3");
    paths.close(reader);
  }

  @Test
  void anEmptiedDirectoryStaysAlsoWhenItsLastFileIsMovedAway() throws Exception {
    bucket.put("implied/only", "x");
    bucket.put("whole/below/f", "x");
    paths.rename("implied/only", "moved");
    paths.rename("whole/below", "below");
    assertThat(paths.list("implied")).isEmpty();
    assertThat(paths.list("whole")).isEmpty();
    assertThat(bucket.memory.keys()).containsExactly("below/f", "implied/", "moved", "whole/");
  }

  @Test
  void aFileThatFailsToOpenForTruncationIsNotLeftOpen() throws Exception {
    bucket.put("f", "old");
    long inode = fs.lookup(1, "f").inode();
    bucket.faults.on(StoreOperation.TAGS).once().fail(Kind.UNAVAILABLE);
    TestBucket.assertFails(
        Kind.UNAVAILABLE, () -> fs.open(inode, new OpenFlags(1 | 0x200), Paths.CALLER));
    bucket.put("f", "newer");
    bucket.clock.advance(TestBucket.TTL);
    assertThat(fs.lookup(1, "f").inode()).as("not open, so it moves on").isEqualTo(inode);
    assertThat(paths.read("f")).asString().isEqualTo("newer");
  }

  @Test
  void namesAreNotExchanged() throws Exception {
    paths.write("a", bytes("a"));
    paths.write("b", bytes("b"));
    TestBucket.assertErrno(Errno.EINVAL, () -> paths.rename("a", "b", RenameMode.EXCHANGE));
  }

  @Test
  void spaceIsReservedByExtendingAndHolesAreNotPunched() throws Exception {
    long handle = paths.create("f");
    paths.pwrite(handle, 0, bytes("x"));
    fs.fallocate(handle, 0, 0, 10);
    fs.fallocate(handle, 1, 0, 100);
    TestBucket.assertErrno(Errno.ENOTSUP, () -> fs.fallocate(handle, 3, 0, 1));
    paths.close(handle);
    assertThat(bucket.object("f")).isEqualTo("x" + "\0".repeat(9));
  }

  @Test
  void aChangeThatCouldNotBeStoredIsToldToItsWriterAndStoredLater() throws Exception {
    long handle = paths.create("f");
    paths.pwrite(handle, 0, bytes("x"));
    bucket.faults.on(StoreOperation.PUT).key("f").times(2).fail(Kind.UNAVAILABLE);
    TestBucket.assertFails(Kind.UNAVAILABLE, () -> fsync(handle));
    TestBucket.assertFails(Kind.UNAVAILABLE, () -> fs.flush(handle));
    fs.release(handle);
    assertThat(bucket.object("f")).as("tried again by the last close").isEqualTo("x");
  }

  @Test
  void aLinkWhoseBodyBreaksOffIsAskedForAgain() throws Exception {
    paths.symlink("l", "some/where");
    bucket.faults.on(StoreOperation.GET).key("l").once().cutBody(3);
    assertThat(paths.readlink("l")).isEqualTo("some/where");
  }

  @Test
  void aLostAnswerIsRecognisedAsOnesOwnWrite() throws Exception {
    long handle = paths.create("f");
    paths.pwrite(handle, 0, bytes("x"));
    bucket.faults.on(StoreOperation.PUT).key("f").once().applyThenFail(Kind.TIMEOUT);
    paths.close(handle);
    assertThat(bucket.object("f")).isEqualTo("x");
    long edit = paths.open("f", OpenFlags.READ_WRITE);
    paths.pwrite(edit, 0, bytes("y"));
    bucket.faults.on(StoreOperation.PUT).key("f").once().applyThenFail(Kind.TIMEOUT);
    paths.close(edit);
    assertThat(bucket.object("f")).isEqualTo("y");
  }
}

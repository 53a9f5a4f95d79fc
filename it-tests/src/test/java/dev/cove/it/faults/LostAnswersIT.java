package dev.cove.it.faults;

import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.COPY;
import static dev.cove.storage.StoreOperation.COPY_PART;
import static dev.cove.storage.StoreOperation.CREATE_UPLOAD;
import static dev.cove.storage.StoreOperation.DELETE;
import static dev.cove.storage.StoreOperation.DELETE_ALL;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.BucketMount.Running;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.proxy.ProxyFault;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server does what it was asked, and its answer does not arrive. */
final class LostAnswersIT extends ProxiedBucket {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final byte[] LARGE = new byte[20 << 20];

  static {
    new Random(1).nextBytes(LARGE);
  }

  private final List<ProxyFault> faults = new ArrayList<>();

  @BeforeEach
  void mount() throws Exception {
    Files.write(s3.local.resolve("large"), LARGE);
    s3.put("edit", LARGE);
    for (String key : List.of("replace", "unlink", "move/old", "directory/old/a", "mode")) {
      s3.put(key, "old\n");
    }
    s3.mount("--rw");
  }

  private void lose(StoreOperation operation, String key) {
    faults.add(
        key.isEmpty()
            ? proxy.on(operation).once().loseAnswer()
            : proxy.on(operation).key(key).once().loseAnswer());
  }

  @Test
  void eachChangeIsDoneOnceAndReportedAsDone() throws Exception {
    lose(PUT, "create");
    s3.sh("echo new | dd of=$M/create 2>/dev/null");
    assertThat(s3.text("create")).isEqualTo("new\n");

    lose(PUT, "replace");
    s3.sh("echo new | dd of=$M/replace 2>/dev/null; echo again | dd of=$M/replace 2>/dev/null");
    assertThat(s3.text("replace")).isEqualTo("again\n");

    lose(CREATE_UPLOAD, "stream");
    lose(UPLOAD_PART, "stream");
    lose(COMPLETE, "stream");
    s3.sh("cp $T/large $M/stream && cmp $T/large $M/stream");
    assertThat(Arrays.equals(s3.bytes("stream"), LARGE)).isTrue();

    lose(CREATE_UPLOAD, "edit");
    lose(COPY_PART, "edit");
    lose(COMPLETE, "edit");
    s3.sh("for f in $T/large $M/edit; do"
        + " printf EDIT | dd of=$f bs=1 seek=10000000 conv=notrunc 2>/dev/null; done");
    assertThat(s3.bytes("edit")).isEqualTo(Files.readAllBytes(s3.local.resolve("large")));

    lose(DELETE, "unlink");
    s3.sh("rm $M/unlink; test ! -e $M/unlink");
    assertThat(s3.keys("unlink")).isEmpty();

    lose(CREATE_UPLOAD, "move/new");
    lose(COPY_PART, "move/new");
    lose(COMPLETE, "move/new");
    lose(DELETE, "move/old");
    s3.sh("mv $M/move/old $M/move/new; test ! -e $M/move/old");
    assertThat(s3.text("move/new")).isEqualTo("old\n");
    assertThat(s3.keys("move/old")).isEmpty();

    lose(COPY, "directory/old/a");
    lose(DELETE_ALL, "");
    s3.sh("mv $M/directory/old $M/directory/new");
    assertThat(s3.text("directory/new/a")).isEqualTo("old\n");
    assertThat(s3.keys("directory/old")).isEmpty();

    lose(PUT, "made/");
    s3.sh("mkdir $M/made");
    assertThat(s3.keys("made/")).containsExactly("made/");

    lose(PUT, "link");
    s3.sh("ln -s target $M/link; test $(readlink $M/link) = target");

    lose(COMPLETE, "mode");
    s3.sh(
        "chmod 600 $M/mode; python3 -c 'import os; os.fsync(os.open(\"'$M/mode'\", os.O_RDONLY))'");
    assertThat(s3.metadata("mode")).containsEntry("mode", Integer.toString(0100600));

    assertThat(faults).allSatisfy(fault -> assertThat(fault.strikes()).isEqualTo(1));
    assertThat(s3.bucket.listUploads("")).as("uploads left behind").isEmpty();
  }

  @Test
  void anotherWritersObjectIsNotTakenForOnesOwnWhenTheAnswerIsLost() throws Exception {
    // The answer to the write is lost, and before anybody looks another writer has replaced it.
    lose(PUT, "replace");
    var held = proxy.on(StoreOperation.HEAD).key("replace").after(1).once().hang();
    var writer =
        s3.start("bash", "-c", "cat $M/replace; echo mine | dd of=$M/replace conv=notrunc 2>&1");
    held.awaitArrival(PATIENCE);
    s3.put("replace", "theirs\n");
    held.open();
    BucketMount.Result result = writer.await();
    assertThat(result.output()).contains("Stale file handle");
    assertThat(s3.text("replace")).isEqualTo("theirs\n");
    BucketMount.Result ended = s3.cove("unmount", s3.directory.toString());
    s3.forget(s3.directory);
    assertThat(ended.exit()).as("what is kept: %s", ended.output()).isEqualTo(4);
  }

  @Test
  void halfDoneWorkThatIsDiscardedIsNeitherFinishedNorUndone() throws Exception {
    s3.put("directory/old/b", "old\n");
    Gate copy = proxy.on(COPY).key("directory/old/a").once().hang();
    Running rename = s3.start("bash", "-c", "mv $M/directory/old $M/directory/new");
    copy.awaitArrival(PATIENCE);
    s3.kill(s3.directory);
    assertThat(rename.await().exit()).isNotZero();
    proxy.heal();
    assertThat(s3.cove("recover", "--json").output())
        .contains("its rename to directory/new/ is to be undone");
    assertThat(s3.cove("recover", "--discard").exit()).as("without --yes").isEqualTo(2);
    assertThat(s3.cove("recover", "--json").output()).contains("directory/new/");
    BucketMount.Result discarded = s3.cove("recover", "--discard", "--yes");
    assertThat(discarded.exit()).as(discarded.output()).isZero();
    assertThat(s3.cove("recover", "--json").output()).isEqualTo("[]");
    List<String> before = s3.keys("directory/");
    s3.mount("--rw");
    assertThat(s3.sh("cat $M/directory/old/a $M/directory/old/b")).isEqualTo("old\nold");
    assertThat(s3.keys("directory/")).isEqualTo(before);
  }

  @Test
  void attributesThatAreSetWhileTheAnswerIsOnItsWayOutliveTheProcess() throws Exception {
    Gate answer = proxy.on(PUT).key("empty").once().applyThenHang();
    Gate attributes = proxy.on(COPY, CREATE_UPLOAD).key("empty").once().hang();
    s3.sh(": > $M/empty");
    answer.awaitArrival(PATIENCE);
    s3.sh("touch -d @1000000000 $M/empty");
    answer.open();
    attributes.awaitArrival(PATIENCE);
    s3.kill(s3.directory);
    proxy.heal();
    s3.mount("--rw");
    BucketMount.eventually(() -> assertThat(s3.sh("stat -c %Y $M/empty")).isEqualTo("1000000000"));
  }
}

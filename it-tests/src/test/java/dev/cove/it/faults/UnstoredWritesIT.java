package dev.cove.it.faults;

import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.CREATE_UPLOAD;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.BucketMount.Running;
import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.server.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What programs are told, and what is kept, when the bucket does not take what they write. */
@Tag("newest-jdk")
final class UnstoredWritesIT {
  // Each looks at what close says.
  private static final List<String> PROGRAMS = List.of(
      "dd if=$T/small of=FILE bs=64k",
      "dd if=$T/small of=FILE conv=fsync",
      "dd if=$T/large of=FILE bs=1M",
      "dd if=$T/small of=FILE conv=notrunc",
      "cp $T/small FILE",
      "cp $T/large FILE",
      "cat $T/small > FILE",
      "/bin/echo hello > FILE",
      "tee FILE < $T/small > /dev/null",
      "tar cf FILE -C $T small",
      "rsync --inplace $T/small FILE",
      "python3 -c 'import sys; f = open(sys.argv[1], \"w\"); f.write(\"hello\"); f.close()' FILE");
  // bash lets go of a redirect by dup2(2), which cannot fail; Python forgets about a file at exit.
  private static final List<String> DEAF = List.of(
      "echo hello > FILE",
      "echo hello >> FILE",
      "python3 -c 'import sys; f = open(sys.argv[1], \"a\"); f.write(\"hello\\n\")' FILE");

  @TempDir
  private Path temp;

  private HttpFaultProxy proxy;
  private BucketMount s3;

  /** How the bucket fails. */
  private enum Failing {
    DOWN,
    ERRORS,
    SILENT
  }

  @BeforeEach
  void make() throws Exception {
    proxy = HttpFaultProxy.start(S3Server.shared().endpoint());
    s3 = new BucketMount(temp, proxy.endpoint());
    byte[] large = new byte[12 << 20];
    new Random(3).nextBytes(large);
    Files.write(s3.local.resolve("large"), large);
    Files.write(s3.local.resolve("small"), Arrays.copyOf(large, 200_000));
    s3.put("old", "old\n");
  }

  @AfterEach
  void end() throws Exception {
    proxy.heal();
    s3.close();
    proxy.close();
  }

  private void mount() throws Exception {
    s3.mount(
        "--rw",
        "--retries",
        "0",
        "--connect-timeout",
        "1s",
        "--stall-timeout",
        "1s",
        "--attempt-timeout",
        "2s",
        "--request-timeout",
        "2s",
        "--drain-timeout",
        "1s");
  }

  private void fail(Failing how) {
    switch (how) {
      case DOWN -> proxy.goDown();
      case ERRORS ->
        proxy.on(PUT, CREATE_UPLOAD, UPLOAD_PART, COMPLETE).answerS3(500, "InternalError");
      case SILENT -> {
        var unused = proxy.on(PUT, CREATE_UPLOAD, UPLOAD_PART, COMPLETE).hang();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void noProgramThatListensIsToldThatItIsStored(Failing how) throws Exception {
    mount();
    List<String> files = new ArrayList<>();
    for (int i = 0; i < PROGRAMS.size(); i++) {
      files.add("new" + i);
      files.add("replaced" + i);
      s3.put("replaced" + i, "before\n");
    }
    s3.sh("ls -l $M > /dev/null");
    fail(how);
    Map<String, Running> started = new LinkedHashMap<>();
    for (String file : files) {
      String program = PROGRAMS.get(Integer.parseInt(file.replaceAll("\\D", "")));
      started.put(file, s3.start("bash", "-c", program.replace("FILE", "$M/" + file)));
    }
    for (Map.Entry<String, Running> program : started.entrySet()) {
      BucketMount.Result result = program.getValue().await();
      assertThat(result.exit()).as("%s: %s", program.getKey(), result.output()).isNotZero();
    }
    assertThat(s3.keys("new")).isEmpty();
    for (int i = 0; i < PROGRAMS.size(); i++) {
      assertThat(s3.text("replaced" + i)).isEqualTo("before\n");
    }
  }

  @Test
  void whatADeafProgramWroteIsKeptAndListedUntilItIsStored() throws Exception {
    mount();
    s3.sh("ls -l $M > /dev/null");
    fail(Failing.ERRORS);
    for (int i = 0; i < DEAF.size(); i++) {
      s3.sh(DEAF.get(i).replace("FILE", "$M/new" + i));
    }
    s3.sh("echo new >> $M/old; cat $M/old; touch $M/empty");
    assertThat(s3.sh("cat $M/new* $M/old")).isEqualTo("hello\nhello\nhello\nold\nnew");
    BucketMount.Result unmounted = s3.cove("unmount", s3.directory.toString());
    assertThat(unmounted.exit()).as(unmounted.output()).isEqualTo(4);
    s3.forget(s3.directory);
    String listed = s3.cove("recover", "--list").output();
    assertThat(listed).contains("/new0 ", "/new1 ", "/new2 ", "/old ");
    assertThat(s3.text("old")).isEqualTo("old\n");
    proxy.heal();
    assertThat(s3.cove("recover", "--upload").exit()).isZero();
    for (int i = 0; i < DEAF.size(); i++) {
      assertThat(s3.text("new" + i)).isEqualTo("hello\n");
    }
    assertThat(s3.text("old")).isEqualTo("old\nnew\n");
    assertThat(s3.cove("recover", "--list").output()).isEmpty();
  }

  @Test
  void aMountThatIsToldToEndTellsNoProgramThatItsBytesAreStored() throws Exception {
    mount();
    Gate silence = proxy.on(PUT).key("pending").hang();
    Running small = s3.start("bash", "-c", "dd if=$T/small of=$M/pending");
    silence.awaitArrival(Duration.ofSeconds(60));
    ProcessHandle mount = BucketMount.process(s3.directory);
    mount.destroy();
    assertThat(small.await().exit()).isNotZero();
    mount.onExit().get();
    assertThat(s3.cove("recover", "--list").output()).contains("/pending ");
    proxy.heal();
    assertThat(s3.cove("recover", "--upload").exit()).isZero();
    assertThat(s3.bytes("pending")).isEqualTo(content("small"));
    s3.forget(s3.directory);
  }

  @Test
  void aProgramThatIsKilledEndsWhileWhatItWroteIsStillBeingStored() throws Exception {
    s3.mount("--rw", "--stall-timeout", "10m", "--attempt-timeout", "10m");
    Gate closing = proxy.on(PUT).key("closing").hang();
    Gate open = proxy.on(PUT).key("open").hang();
    Running closes = s3.start("bash", "-c", "exec cp $T/small $M/closing");
    Running holds = s3.start("python3", "-c", """
        import os, time
        M, T = os.environ['M'], os.environ['T']
        f = os.open(M + '/open', os.O_WRONLY | os.O_CREAT)
        os.write(f, open(T + '/small', 'rb').read())
        open(T + '/holding', 'w').close()
        time.sleep(600)
        """);
    closing.awaitArrival(Duration.ofSeconds(60));
    BucketMount.eventually(() -> assertThat(s3.local.resolve("holding")).exists());
    for (Running program : List.of(closes, holds)) {
      program.process().destroyForcibly();
    }
    assertThat(closes.await().exit()).isEqualTo(128 + 9);
    assertThat(holds.await().exit()).isEqualTo(128 + 9);
    closing.open();
    open.open();
    for (String key : List.of("closing", "open")) {
      BucketMount.eventually(() -> assertThat(s3.keys(key)).isNotEmpty());
      assertThat(s3.bytes(key)).isEqualTo(content("small"));
    }
  }

  private byte[] content(String name) throws IOException {
    return Files.readAllBytes(s3.local.resolve(name));
  }
}

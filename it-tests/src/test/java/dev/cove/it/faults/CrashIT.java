package dev.cove.it.faults;

import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.COPY;
import static dev.cove.storage.StoreOperation.COPY_PART;
import static dev.cove.storage.StoreOperation.CREATE_UPLOAD;
import static dev.cove.storage.StoreOperation.DELETE;
import static dev.cove.storage.StoreOperation.DELETE_ALL;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.BucketMount.Running;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.proxy.ProxyPlan;
import dev.cove.storage.testkit.server.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The process is held at every stage of every change at once, between a request and its answer, and
 * killed there.
 */
@Tag("newest-jdk")
final class CrashIT {
  private static final int FILES = 500;
  private static final byte[] LARGE = new byte[20 << 20];

  static {
    new Random(1).nextBytes(LARGE);
  }

  @TempDir
  private Path temp;

  private HttpFaultProxy proxy;
  private BucketMount s3;
  private final List<Running> holders = new ArrayList<>();
  private boolean ended;

  /** On which side of the server a request is held. */
  private enum Held {
    /** The server has not seen it. */
    BEFORE,
    /** The server has done it, and nobody has heard. */
    AFTER
  }

  /** A change that is under way when the process is killed. */
  private record Stage(StoreOperation operation, String key, String program) {}

  // dd, cp and mv say when a close fails; the shell's own redirects do not.
  // In directories of their own: the kernel changes the names in one directory one after another.
  private static final List<Stage> STAGES = List.of(
      new Stage(PUT, "create", "cp $T/new $M/create"),
      new Stage(PUT, "replace", "cp $T/new $M/replace"),
      new Stage(PUT, "append", "echo more | dd of=$M/append oflag=append conv=notrunc 2>/dev/null"),
      new Stage(CREATE_UPLOAD, "stream-begin", "cp $T/large $M/stream-begin"),
      new Stage(UPLOAD_PART, "stream-part", "cp $T/large $M/stream-part"),
      new Stage(COMPLETE, "stream-end", "cp $T/large $M/stream-end"),
      new Stage(COPY_PART, "edit-copy", edit("edit-copy")),
      new Stage(COMPLETE, "edit-end", edit("edit-end")),
      new Stage(CREATE_UPLOAD, "begin/new", "mv $M/begin/old $M/begin/new"),
      new Stage(COPY_PART, "copy/new", "mv $M/copy/old $M/copy/new"),
      new Stage(COMPLETE, "end/new", "mv $M/end/old $M/end/new"),
      new Stage(DELETE, "delete/old", "mv $M/delete/old $M/delete/new"),
      new Stage(COPY, "copying/old/f250", "mv $M/copying/old $M/copying/new"),
      new Stage(DELETE_ALL, "", "mv $M/deleting/old $M/deleting/new"),
      new Stage(DELETE, "unlink/old", "rm $M/unlink/old"),
      new Stage(PUT, "mkdir/new/", "mkdir $M/mkdir/new"),
      new Stage(PUT, "link/new", "ln -s nowhere $M/link/new"),
      new Stage(
          COMPLETE,
          "attributes",
          "chmod 600 $M/attributes; python3 -c 'import os, sys;"
              + " os.fsync(os.open(sys.argv[1], os.O_RDONLY))' $M/attributes"));

  private static String edit(String name) {
    return "printf EDIT | dd of=$M/" + name + " bs=1 seek=10000000 conv=notrunc 2>/dev/null";
  }

  @BeforeEach
  void fill() throws Exception {
    proxy = HttpFaultProxy.start(S3Server.shared().endpoint());
    s3 = new BucketMount(temp, proxy.endpoint());
    Files.write(s3.local.resolve("large"), LARGE);
    Files.writeString(s3.local.resolve("new"), "new\n");
    for (String key : List.of("edit-copy", "edit-end")) {
      s3.put(key, LARGE);
    }
    for (String key : List.of("replace", "append", "hidden", "mode", "attributes")) {
      s3.put(key, "old\n");
    }
    for (String directory : List.of("begin", "copy", "end", "delete", "unlink", "mkdir", "link")) {
      s3.put(directory + "/old", "old\n");
      s3.put(directory + "/other", "");
    }
    IntStream.range(0, FILES).parallel().forEach(number -> {
      try {
        s3.put("copying/old/f" + number, "copying " + number);
        s3.put("deleting/old/f" + number, "deleting " + number);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  @AfterEach
  void end() throws Exception {
    holders.forEach(holder -> holder.process().destroyForcibly());
    try {
      if (!ended) {
        s3.kill(s3.directory); // nothing of it would end by itself
      }
    } finally {
      proxy.close();
      s3.close();
    }
  }

  /** Who sees to what the killed process left. */
  private enum Recovering {
    MOUNT,
    COMMAND
  }

  @ParameterizedTest
  @CsvSource({"AFTER, MOUNT", "BEFORE, COMMAND"})
  void nothingAcknowledgedIsLostAndNothingIsLeftHalfDone(Held held, Recovering recovering)
      throws Exception {
    crash(held, recovering);
  }

  @Tag("soak")
  @ParameterizedTest
  @CsvSource({"BEFORE, MOUNT", "AFTER, COMMAND"})
  void theOtherHalfOfTheStagesLosesNothingEither(Held held, Recovering recovering)
      throws Exception {
    crash(held, recovering);
  }

  private void crash(Held held, Recovering recovering) throws Exception {
    s3.mount(
        "--rw", "--stall-timeout", "10m", "--attempt-timeout", "10m", "--request-timeout", "20m");
    acknowledgeSome();
    Map<Stage, Running> programs = new LinkedHashMap<>();
    List<Gate> gates = new ArrayList<>();
    for (Stage stage : STAGES) {
      ProxyPlan plan = proxy.on(stage.operation()).once();
      plan = stage.key().isEmpty() ? plan : plan.key(stage.key());
      gates.add(held == Held.BEFORE ? plan.hang() : plan.applyThenHang());
      programs.put(stage, s3.start("bash", "-c", stage.program()));
    }
    for (int i = 0; i < gates.size(); i++) {
      Stage stage = STAGES.get(i);
      try {
        gates.get(i).awaitArrival(Duration.ofSeconds(60));
      } catch (AssertionError e) {
        throw new AssertionError(
            stage + " was not reached: " + Files.readString(programs.get(stage).output()), e);
      }
    }

    s3.kill(s3.directory);
    for (Map.Entry<Stage, Running> program : programs.entrySet()) {
      assertThat(program.getValue().await().exit())
          .as("%s was told that it is done", program.getKey())
          .isNotZero();
    }
    proxy.heal();
    String listed = s3.cove("recover", "--json").output();
    assertThat(listed)
        .contains("\"key\":\"synced\"")
        .contains("its rename to copying/new/ is to be undone")
        .contains("its rename to deleting/new/ is to be finished");
    if (held == Held.BEFORE) {
      for (String key : List.of("create", "replace", "append", "stream-end", "edit-end")) {
        assertThat(listed).as("what is not stored is listed").contains("\"key\":\"" + key + "\"");
      }
    }

    if (recovering == Recovering.COMMAND) {
      BucketMount.Result recovered = s3.cove("recover", "--upload");
      assertThat(recovered.exit()).as(recovered.output()).isZero();
      assertThat(s3.cove("recover", "--json").output()).isEqualTo("[]");
    }
    s3.mount("--rw");
    acknowledgedIsThere(recovering);
    movesAreWholeOrUndone(held);
    s3.unmount(s3.directory);
    BucketMount.Result recovered = s3.cove("recover", "--upload");
    assertThat(recovered.exit()).as(recovered.output()).isZero();
    whatWasWrittenIsThere();
    assertThat(s3.bucket.listUploads("")).as("uploads left behind").isEmpty();
    assertThat(s3.cove("recover", "--json").output()).isEqualTo("[]");
    ended = true;
  }

  /** Closed, synced, removed and changed, with an answer that said so. */
  private void acknowledgeSome() throws Exception {
    s3.sh("echo closed > $M/closed; chmod 640 $M/mode");
    Running holder = s3.start("python3", "-c", """
        import os, time
        M, T = os.environ['M'], os.environ['T']
        hidden = open(M + '/hidden'); os.unlink(M + '/hidden')
        f = os.open(M + '/synced', os.O_WRONLY | os.O_CREAT)
        os.write(f, b'synced\\n'); os.fsync(f); os.write(f, b'not yet\\n')
        os.rename(T + '/large', T + '/large2'); os.link(T + '/large2', T + '/large')
        open(T + '/holding', 'w').close()
        time.sleep(600)
        """);
    BucketMount.eventually(() -> assertThat(s3.local.resolve("holding")).exists());
    holders.add(holder);
  }

  private void acknowledgedIsThere(Recovering recovering) throws Exception {
    assertThat(s3.text("closed")).isEqualTo("closed\n");
    assertThat(s3.text("synced"))
        .isEqualTo(recovering == Recovering.MOUNT ? "synced\n" : "synced\nnot yet\n");
    assertThat(s3.keys("hidden")).as("unlinked while it was open").isEmpty();
    assertThat(s3.sh("stat -c %a $M/mode $M/attributes")).isEqualTo("640\n600");
  }

  private void movesAreWholeOrUndone(Held held) throws Exception {
    assertThat(s3.keys("copying/new"))
        .as("a copy was missing: all are taken back")
        .isEmpty();
    assertThat(s3.keys("copying/old")).hasSize(FILES);
    assertThat(s3.keys("deleting/old"))
        .as("every copy was there: the sources go")
        .isEmpty();
    assertThat(s3.keys("deleting/new")).hasSize(FILES);
    for (int number : new int[] {0, 250, FILES - 1}) {
      assertThat(s3.text("copying/old/f" + number)).isEqualTo("copying " + number);
      assertThat(s3.text("deleting/new/f" + number)).isEqualTo("deleting " + number);
    }
    boolean ended = held == Held.AFTER;
    assertMoved("begin", false);
    assertMoved("copy", false);
    assertMoved("end", ended);
    assertMoved("delete", true);
    assertThat(s3.keys("unlink/old")).hasSize(ended ? 0 : 1);
  }

  private void assertMoved(String directory, boolean moved) throws Exception {
    assertThat(s3.keys(directory + "/"))
        .containsExactlyInAnyOrder(directory + "/other", directory + (moved ? "/new" : "/old"));
    assertThat(s3.text(directory + (moved ? "/new" : "/old"))).isEqualTo("old\n");
  }

  private void whatWasWrittenIsThere() throws Exception {
    assertThat(s3.text("create")).isEqualTo("new\n");
    assertThat(s3.text("replace")).isEqualTo("new\n");
    assertThat(s3.text("append")).isEqualTo("old\nmore\n");
    assertThat(s3.text("synced")).isEqualTo("synced\nnot yet\n");
    byte[] edited = LARGE.clone();
    System.arraycopy("EDIT".getBytes(UTF_8), 0, edited, 10_000_000, 4);
    for (String key : List.of("edit-copy", "edit-end")) {
      assertThat(Arrays.equals(s3.bytes(key), edited)).as(key).isTrue();
    }
    assertThat(Arrays.equals(s3.bytes("stream-end"), LARGE)).isTrue();
    for (String key : List.of("stream-begin", "stream-part")) {
      // cp was stopped somewhere: what it had written is a beginning of it.
      byte[] stored = s3.bytes(key);
      assertThat(Arrays.equals(stored, Arrays.copyOf(LARGE, stored.length)))
          .as(key)
          .isTrue();
    }
  }
}

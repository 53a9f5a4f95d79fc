package dev.cove.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.cli.Cove.Result;
import dev.cove.storage.testkit.server.EmbeddedS3Server;
import dev.cove.storage.testkit.server.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From `cove mount` to the last trace of it, on a real server and a real kernel. */
final class MountLifeIT {
  private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

  @TempDir
  private Path temp;

  private final S3Server server = S3Server.shared();
  private Cove cove;
  private Path directory;
  private Bucket bucket;

  @BeforeEach
  void setUp() throws IOException {
    cove = new Cove(temp, server);
    directory = Files.createDirectory(temp.resolve("files"));
    bucket = Bucket.create(server);
    bucket.put("hello.txt", "hello\n");
    bucket.put("logs/2025/a.log", "one\n");
  }

  @AfterEach
  void nothingStaysMounted() throws IOException, InterruptedException {
    List<String> left = mountedBelow(temp);
    for (String mountPoint : left) {
      cove.run("unmount", "--lazy", mountPoint);
    }
    assertThat(mountedBelow(temp)).isEmpty();
  }

  private static List<String> mountedBelow(Path folder) throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/mounts"))) {
      return lines
          .map(line -> line.split(" ")[1])
          .filter(at -> at.startsWith(folder.toString()))
          .toList();
    }
  }

  private Result mount(String... more) throws IOException, InterruptedException {
    String[] words = new String[more.length + 3];
    words[0] = "mount";
    words[1] = bucket.uri();
    words[2] = directory.toString();
    System.arraycopy(more, 0, words, 3, more.length);
    return cove.run(words);
  }

  private long servingProcess() throws IOException, InterruptedException {
    Matcher pid = PID.matcher(cove.run("mounts", "--json").out());
    assertThat(pid.find()).isTrue();
    return Long.parseLong(pid.group(1));
  }

  // Who has ended but was not asked after yet has no command line any more.
  private static boolean runs(long pid) throws IOException {
    Path commandLine = Path.of("/proc", Long.toString(pid), "cmdline");
    return Files.exists(commandLine) && !Files.readString(commandLine).isEmpty();
  }

  private static void awaitEnd(long pid) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    process.ifPresent(p -> p.onExit().orTimeout(60, TimeUnit.SECONDS).join());
  }

  @Test
  void filesCanBeReadAsSoonAsMountReturnsAndNothingIsLeftAfterUnmount() throws Exception {
    assertThat(mount().exit()).isZero();
    assertThat(directory.resolve("hello.txt")).hasContent("hello\n");
    assertThat(directory.resolve("logs/2025/a.log")).hasContent("one\n");
    long pid = servingProcess();

    Result unmounted = cove.run("unmount", directory.toString());
    assertThat(unmounted).isEqualTo(new Result(0, "", ""));
    assertThat(runs(pid)).isFalse();
    assertThat(directory).isEmptyDirectory();
    assertThat(cove.run("mounts", "--json").out()).isEqualTo("[]\n");
  }

  @Test
  void aDirectoryOfAMountCanBeMountedByItselfEmptyOrNot() throws Exception {
    bucket.put("full/", "");
    bucket.put("full/file", "x\n");
    bucket.put("empty/", "");
    Path second = Files.createDirectory(temp.resolve("second"));
    Result mounted = cove.run(
        "mount",
        bucket.uri() + "/full",
        directory.toString(),
        bucket.uri() + "/empty/",
        second.toString());
    assertThat(mounted.exit()).as(mounted.err()).isZero();
    assertThat(directory.resolve("file")).hasContent("x\n");
    assertThat(second).isEmptyDirectory();
    assertThat(cove.run("unmount", second.toString()).exit()).isZero();
  }

  @Test
  void mountsListsWhatScriptsRelyOn() throws Exception {
    mount();
    assertThat(cove.run("mounts", "--json").out())
        .startsWith("[{\"mountPoint\":\"" + directory.toRealPath() + "\",\"source\":\""
            + bucket.uri() + "\",\"readOnly\":true,\"pid\":")
        .contains("\"pendingBytes\":0,\"since\":\"20");
  }

  @Test
  void writesAreRefusedUnlessAskedFor() throws Exception {
    mount();
    Result touched = cove.runProgram(List.of("touch", directory.resolve("new").toString()));
    assertThat(touched.exit()).isNotZero();
    assertThat(touched.err()).contains("Read-only file system");
  }

  @Test
  void whatIsWrittenIsInTheBucketAfterUnmount() throws Exception {
    assertThat(mount("--rw").exit()).isZero();
    Files.writeString(directory.resolve("new.txt"), "written\n");
    assertThat(cove.run("unmount", directory.toString()).exit()).isZero();
    assertThat(bucket.get("new.txt")).isEqualTo("written\n");
  }

  @Test
  void severalBucketsShareOneProcess() throws Exception {
    Path other = Files.createDirectory(temp.resolve("with a blank\nand a line end"));
    Bucket second = Bucket.create(server);
    second.put("b", "2\n");
    assertThat(mount(second.uri(), other.toString()).exit()).isZero();
    assertThat(other.resolve("b")).hasContent("2\n");
    assertThat(
            PID.matcher(cove.run("mounts", "--json").out()).results().map(found -> found.group(1)))
        .hasSize(2)
        .containsOnly(Long.toString(servingProcess()));
    assertThat(cove.run("mounts").out().lines()).hasSize(2);

    assertThat(cove.run("unmount", directory.toString()).exit()).isZero();
    assertThat(other.resolve("b")).hasContent("2\n");
    assertThat(cove.run("unmount", other.toString()).exit()).isZero();
  }

  @Test
  void refreshShowsWhatOthersWroteThoughItIsRemembered() throws Exception {
    mount("--ttl", "1h", "--negative-ttl", "1h");
    assertThat(directory.resolve("logs/new.log")).doesNotExist();
    bucket.put("logs/new.log", "new\n");
    assertThat(directory.resolve("logs/new.log")).doesNotExist();
    assertThat(cove.run("refresh", directory.toString(), "logs")).isEqualTo(new Result(0, "", ""));
    // The kernel is told by another thread than the one that answers.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (!Files.exists(directory.resolve("logs/new.log")) && System.nanoTime() - end < 0) {
      Thread.sleep(20);
    }
    assertThat(directory.resolve("logs/new.log")).hasContent("new\n");
  }

  @Test
  void relativeDirectoryBeginsWhereTheUserIs() throws Exception {
    cove.in(temp);
    assertThat(cove.run("mount", bucket.uri(), "files").exit()).isZero();
    assertThat(directory.resolve("hello.txt")).hasContent("hello\n");
    assertThat(cove.run("unmount", "./files").exit()).isZero();
  }

  @Test
  void aMountIsNamedByALinkToItsDirectoryToo() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), directory);
    assertThat(cove.run("mount", bucket.uri(), link.toString()).exit()).isZero();
    assertThat(cove.run("refresh", link.toString()).exit()).isZero();
    assertThat(cove.run("unmount", link.toString())).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void theScriptForCompletionIsWhole() throws Exception {
    Path script = temp.resolve("completion");
    Files.writeString(script, cove.run("completion", "bash").out());
    assertThat(cove.runProgram(
            List.of("bash", "-c", "source \"$0\" && complete -p cove", script.toString())))
        .matches(result -> result.exit() == 0 && result.err().isEmpty());
  }

  @Test
  void launcherWorksThroughASymbolicLinkFromAnywhere() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("my cove"), Cove.launcher());
    assertThat(cove.runProgram(List.of(link.toString(), "version")).out()).startsWith("cove ");
  }

  @Test
  void busyMountStaysAndItsUsersAreNamed() throws Exception {
    mount();
    Process user =
        cove.builder(List.of("sleep", "100")).directory(directory.toFile()).start();
    try {
      Result refused = cove.run("unmount", directory.toString());
      assertThat(refused.exit()).isEqualTo(1);
      assertThat(refused.err()).contains("in use").contains("sleep (" + user.pid() + ")");
      assertThat(directory.resolve("hello.txt")).hasContent("hello\n");

      assertThat(cove.run("unmount", "--lazy", directory.toString()).exit()).isZero();
      assertThat(directory).isEmptyDirectory();
    } finally {
      user.destroyForcibly().waitFor();
    }
  }

  @Test
  void terminateSignalUnmounts() throws Exception {
    mount();
    long pid = servingProcess();
    assertThat(cove.runProgram(List.of("kill", "-TERM", Long.toString(pid))).exit())
        .isZero();
    awaitEnd(pid);
    assertThat(mountedBelow(temp)).isEmpty();
    assertThat(cove.run("mounts", "--json").out()).isEqualTo("[]\n");
  }

  @Test
  void interruptEndsAMountInTheForegroundWithStatusZero() throws Exception {
    // Whoever runs the tests in the background has it ignored, and so would all that they start.
    Process process = cove.builder(List.of(
            "env",
            "--default-signal=INT",
            Cove.launcher().toString(),
            "mount",
            "--foreground",
            bucket.uri(),
            directory.toString()))
        .redirectErrorStream(true)
        .redirectOutput(temp.resolve("foreground.log").toFile())
        .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(directory.resolve("hello.txt")) && System.nanoTime() - end < 0) {
      Thread.sleep(50);
    }
    assertThat(directory.resolve("hello.txt")).hasContent("hello\n");
    cove.runProgram(List.of("kill", "-INT", Long.toString(process.pid())));
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void mountPointOfAKilledProcessIsClearedByTheNextMount() throws Exception {
    mount();
    long pid = servingProcess();
    cove.runProgram(List.of("kill", "-KILL", Long.toString(pid)));
    awaitEnd(pid);
    assertThat(cove.run("mounts", "--json").out())
        .contains("\"mountPoint\":\"" + directory.toRealPath())
        .contains("\"pid\":" + pid + ",\"alive\":false");
    assertThat(cove.run("mounts").out()).contains("gone: end it with 'cove unmount'");
    assertThat(mount().exit()).isZero();
    assertThat(cove.run("mounts").out()).doesNotContain("gone").containsOnlyOnce("\n");
    assertThat(directory.resolve("hello.txt")).hasContent("hello\n");
  }

  @Test
  void unmountClearsTheMountPointOfAKilledProcess() throws Exception {
    mount();
    long pid = servingProcess();
    cove.runProgram(List.of("kill", "-KILL", Long.toString(pid)));
    awaitEnd(pid);
    assertThat(cove.run("unmount", directory.toString())).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void processEndsWhenSomebodyElseUnmounts() throws Exception {
    mount();
    long pid = servingProcess();
    assertThat(cove.runProgram(List.of("umount", directory.toString())).exit()).isZero();
    awaitEnd(pid);
    assertThat(cove.run("mounts", "--json").out()).isEqualTo("[]\n");
  }

  @Test
  void mountLetsGoOfThePipesItWasStartedWith() throws Exception {
    Process process = cove.builder(
            List.of(Cove.launcher().toString(), "mount", bucket.uri(), directory.toString()))
        .redirectErrorStream(true)
        .start();
    // Ends only when nobody holds the other end of the pipe any more.
    String said = new String(
        process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(said).contains("is mounted on");
    assertThat(directory.resolve("hello.txt")).hasContent("hello\n");
  }

  @Test
  void doctorFindsTheMountWellAndListsWhatItCannotShow() throws Exception {
    // MinIO keeps no object beside keys below it.
    S3Server lenient = EmbeddedS3Server.shared();
    Bucket odd = Bucket.create(lenient);
    odd.put("logs/a.log", "one\n");
    odd.put("logs", "hidden by the directory of its name\n");
    cove = new Cove(temp, lenient);
    assertThat(cove.run("mount", odd.uri(), directory.toString()).exit()).isZero();
    assertThat(directory.resolve("logs/a.log")).hasContent("one\n");
    try (var entries = Files.list(directory)) {
      assertThat(entries).containsExactly(directory.resolve("logs"));
    }
    Result found = cove.run("doctor", directory.toString());
    assertThat(found.exit()).isZero();
    assertThat(found.out())
        .contains(odd.uri() + " on " + directory)
        .contains("logs: a directory of the same name is shown");
  }

  @Test
  void doctorChecksABucketWithoutMountingIt() throws Exception {
    Result found = cove.run("doctor", bucket.uri());
    assertThat(found.exit()).isZero();
    assertThat(found.out())
        .contains("can be listed")
        .containsPattern("clock +agrees")
        .contains("every one of all 2 keys shows as a path");
  }
}

package dev.cove.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.fuse.FuseMount.Unmounted;
import dev.cove.fuse.MountException.Reason;
import dev.cove.vfs.MemoryFileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How mounts begin and end. */
final class MountLifeIT {
  private Path directory;
  private final List<Path> leftovers = new ArrayList<>();

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = Files.createTempDirectory("cove-life-").toRealPath();
  }

  @AfterEach
  void removeDirectory() throws Exception {
    StaleMounts.clearIfStale(directory);
    leftovers.add(directory);
    for (Path leftover : leftovers) {
      Mounted.finish(Mounted.start(List.of("rm", "-r", leftover.toString()), Map.of()));
    }
  }

  private static MemoryFileSystem files() throws Exception {
    MemoryFileSystem files = new MemoryFileSystem(Clock.systemUTC(), Duration.ofSeconds(1));
    files.put("hello", "hello, world\n".getBytes(UTF_8));
    return files;
  }

  private FuseMount mount(MountOptions options) throws Exception {
    FuseMount mount = JnrFuse.mount(files(), directory, options);
    mount.awaitReady(Duration.ofSeconds(10));
    return mount;
  }

  private Process start(String script) throws Exception {
    return Mounted.start(List.of("sh", "-c", script), Map.of("M", directory.toString()));
  }

  private Mounted.Result run(String script) throws Exception {
    return Mounted.finish(start(script));
  }

  /** Another runtime that serves the directory; returns when it does. */
  private Process serve(String... options) throws Exception {
    return serve(List.of(), System.getProperty("java.class.path"), options);
  }

  private Process serve(List<String> prefix, String classPath, String... options) throws Exception {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", classPath));
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of(ServeMemory.class.getName(), directory.toString()));
    command.addAll(List.of(options));
    Process server = Mounted.start(command, Map.of());
    StringBuilder output = new StringBuilder();
    for (int c = server.getInputStream().read();
        c >= 0;
        c = server.getInputStream().read()) {
      output.append((char) c);
      if (output.indexOf("ready\n") >= 0) {
        return server;
      }
    }
    throw new AssertionError("did not serve: " + output);
  }

  @Test
  void unmountFromOutsideEndsTheSession() throws Exception {
    FuseMount mount = mount(MountOptions.DEFAULTS);
    assertThat(run("cat $M/hello; umount $M").output()).isEqualTo("hello, world");
    assertThat(mount.awaitExit(Duration.ofSeconds(10))).isTrue();
    assertThat(mount.statistics().threads()).isZero();
    assertThat(mount.isMounted()).isFalse();
    assertThat(Files.exists(directory.resolve("hello"))).isFalse();
  }

  @Test
  void fusermountFromOutsideEndsTheSession() throws Exception {
    FuseMount mount = mount(MountOptions.DEFAULTS);
    assertThat(run("fusermount -u $M").exit()).isZero();
    assertThat(mount.awaitExit(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void unmountFromInsideLeavesNoThreads() throws Exception {
    FuseMount mount = mount(MountOptions.DEFAULTS);
    assertThat(run("ls $M").output()).isEqualTo("hello");
    assertThat(mount.unmount(Duration.ofSeconds(10))).isEqualTo(Unmounted.CLEANLY);
    assertThat(mount.unmount(Duration.ofSeconds(1))).as("again").isEqualTo(Unmounted.CLEANLY);
    Thread.sleep(200);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("fuse-") && name.endsWith(directory.toString()));
  }

  @Test
  void unmountWaitsForOpenFiles() throws Exception {
    FuseMount mount = mount(MountOptions.DEFAULTS);
    Process holder = start("exec 3<$M/hello; sleep 1.5; cat <&3");
    Thread.sleep(700);
    assertThat(mount.unmount(Duration.ofSeconds(20))).isEqualTo(Unmounted.CLEANLY);
    assertThat(Mounted.finish(holder).output()).isEqualTo("hello, world");
  }

  @Test
  void unmountPastItsDeadlineLeavesTheTreeAndOpenFilesGoOn() throws Exception {
    FuseMount mount = mount(MountOptions.DEFAULTS);
    Process holder = start("exec 3<$M/hello; read go; cat <&3");
    Thread.sleep(500);
    assertThat(mount.unmount(Duration.ofMillis(300))).isEqualTo(Unmounted.STILL_IN_USE);
    assertThat(mount.isMounted()).isFalse();
    holder.getOutputStream().write('\n');
    holder.getOutputStream().close();
    assertThat(Mounted.finish(holder).output()).isEqualTo("hello, world");
    assertThat(mount.awaitExit(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void requestUnderWayIsServedBeforeTheSessionEnds() throws Exception {
    Intercepted calls = new Intercepted(files());
    CountDownLatch backend = new CountDownLatch(1);
    calls.before("lookup", () -> backend.await(30, TimeUnit.SECONDS));
    FuseMount mount = JnrFuse.mount(calls.vfs, directory, MountOptions.DEFAULTS);
    mount.awaitReady(Duration.ofSeconds(10));
    Process stat = start("exec stat -c %s $M/hello");
    Thread.sleep(700);
    assertThat(mount.unmount(Duration.ofMillis(200))).isEqualTo(Unmounted.STILL_IN_USE);
    backend.countDown();
    assertThat(Mounted.finish(stat).output()).isEqualTo("13");
    assertThat(mount.awaitExit(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void killedServerLeavesAStaleMountThatIsCleared() throws Exception {
    assertThat(StaleMounts.isStale(directory)).isFalse();
    Process server = serve();
    assertThat(run("cat $M/hello").output()).isEqualTo("hello, world");
    assertThat(StaleMounts.isStale(directory)).as("served").isFalse();
    server.destroyForcibly().waitFor();
    assertThat(run("cat $M/hello").output()).contains("Transport endpoint is not connected");
    assertThatThrownBy(() -> JnrFuse.mount(files(), directory, MountOptions.DEFAULTS))
        .isInstanceOfSatisfying(
            MountException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ALREADY_MOUNTED));
    assertThat(StaleMounts.clearIfStale(directory)).isTrue();
    assertThat(StaleMounts.clearIfStale(directory)).isFalse();
    assertThat(run("ls $M").output()).isEmpty();
  }

  @Test
  void killedServerLeavesNothingWhenAskedTo() throws Exception {
    Process server = serve("auto-unmount");
    assertThat(run("cat $M/hello").output()).isEqualTo("hello, world");
    server.destroyForcibly().waitFor();
    for (int i = 0; i < 100 && MountTable.on(directory).isPresent(); i++) {
      Thread.sleep(50);
    }
    assertThat(MountTable.on(directory)).isEmpty();
  }

  @Test
  void namesOfAnyBytesSurviveAnyLocale() throws Exception {
    Process server = serve();
    assertThat(run("f=$(printf 'bad\\377\\374name'); g=$(printf 'gr\\303\\274n'); d=$(printf"
                + " '\\303\\274\\200'); echo 1 > \"$M/$f\"; echo 2 > \"$M/$g\"; mkdir \"$M/$d\";"
                + " mv \"$M/$g\" \"$M/$d/$g\"; cat \"$M/$f\" \"$M/$d/$g\"; ls $M | od -An -c | tr -d ' \\n'")
            .output())
        .isEqualTo("1\n2\nbad377374name\\nhello\\n303274200\\n");
    assertThat(run("umount $M").exit()).isZero();
    assertThat(server.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isZero();
  }

  /**
   * Serves as a user without rights, in a name space of its own where anybody may open the device,
   * as distributions have it.
   */
  private Process serveAsUser(String... options) throws Exception {
    Path shared = Files.createTempDirectory("cove-user-");
    String script =
        "chmod 755 $D && mknod -m 666 $D/fuse c 10 229 && mount --bind $D/fuse /dev/fuse;"
            + " exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"";
    List<String> command =
        List.of("unshare", "--mount", "env", "D=" + shared, "sh", "-c", script, "sh");
    leftovers.add(shared);
    return serve(command, readableClassPath(shared), options);
  }

  /** The class path may be in a home directory that others may not enter. */
  private static String readableClassPath(Path shared) throws Exception {
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":")) {
      Path copy = shared.resolve(Integer.toString(copies.size()));
      Mounted.finish(Mounted.start(List.of("cp", "-rL", entry, copy.toString()), Map.of()));
      copies.add(copy.toString());
    }
    return String.join(":", copies);
  }

  @Test
  void userWithoutRightsMountsAndUnmounts() throws Exception {
    run("chown 65534:65534 $M; chmod 755 $M");
    Process server = serveAsUser();
    String inside = "nsenter -t " + server.pid() + " -m ";
    String user = inside + "setpriv --reuid 65534 --regid 65534 --clear-groups ";
    assertThat(run(user + "cat $M/hello").output()).isEqualTo("hello, world");
    assertThat(run(user + "sh -c 'echo x > $M/y && cat $M/y'").output())
        .contains("ermission denied");
    assertThat(run(inside + "cat $M/hello").output()).as("root").contains("ermission denied");
    assertThat(run(user + "fusermount -u $M")).isEqualTo(new Mounted.Result(0, ""));
    assertThat(server.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isZero();
  }

  @Test
  void userWhoMayNotAllowOthersIsToldHowTo() throws Exception {
    run("chown 65534:65534 $M; chmod 755 $M");
    assertThatThrownBy(() -> serveAsUser("allow-other"))
        .hasMessageContaining("NOT_PERMITTED")
        .hasMessageContaining("user_allow_other to /etc/fuse.conf");
  }

  @Test
  void userWithoutTheDirectoryIsRefused() throws Exception {
    assertThatThrownBy(() -> serveAsUser())
        .hasMessageMatching("(?s).*NOT_PERMITTED: \\S+ (is not writable|cannot be read).*");
  }

  @Test
  void readOnlyMountRefusesChangesBeforeAnybodyIsAsked() throws Exception {
    Intercepted calls = new Intercepted(files());
    calls.fail("create", new AssertionError("asked"));
    FuseMount mount = JnrFuse.mount(
        calls.vfs,
        directory,
        MountOptions.DEFAULTS
            .withAccess(MountOptions.Access.READ_ONLY)
            .withFsName("s3://a,b\\c d"));
    mount.awaitReady(Duration.ofSeconds(10));
    assertThat(run("echo x > $M/new").output()).contains("Read-only file system");
    assertThat(MountTable.on(directory)).hasValueSatisfying(m -> {
      assertThat(m.source()).isEqualTo("s3://a,b\\c d");
      assertThat(m.type()).isEqualTo("fuse.cove");
    });
    assertThat(mount.statistics().failures()).isZero();
    mount.unmount(Duration.ofSeconds(5));
  }

  @Test
  void readaheadIsRaisedWhereThatIsAllowed() throws Exception {
    FuseMount mount = mount(MountOptions.DEFAULTS.withMaxReadahead(2 << 20));
    Path setting =
        Path.of("/sys/class/bdi", MountTable.on(directory).orElseThrow().device(), "read_ahead_kb");
    String expected = Files.isWritable(setting) ? "2048" : "128";
    assertThat(Files.readString(setting).strip()).isEqualTo(expected);
    mount.unmount(Duration.ofSeconds(5));
  }

  private void assertRefused(Path where, Reason reason, String message) {
    assertThatThrownBy(() -> JnrFuse.mount(files(), where, MountOptions.DEFAULTS))
        .isInstanceOfSatisfying(MountException.class, e -> {
          assertThat(e.reason()).isEqualTo(reason);
          assertThat(e.getMessage()).contains(where.toString(), message).doesNotContain("\n");
        });
  }

  @Test
  void directoryThatCannotBeMountedOnIsRefusedWithTheReason() throws Exception {
    assertRefused(directory.resolve("none"), Reason.NO_DIRECTORY, "does not exist");
    Path file = Files.createFile(directory.resolve("file"));
    assertRefused(file, Reason.NOT_A_DIRECTORY, "is not a directory");
    assertRefused(directory, Reason.NOT_EMPTY, "is not empty");
    Files.delete(file);
    FuseMount mount = mount(MountOptions.DEFAULTS);
    assertRefused(directory, Reason.ALREADY_MOUNTED, "is mounted already");
    mount.unmount(Duration.ofSeconds(5));
  }

  @Test
  void twoMountsInOneProcessAreServedSideBySide() throws Exception {
    FuseMount mount = mount(MountOptions.DEFAULTS);
    try (Mounted other = new Mounted()) {
      other.files.put("hello", "other".getBytes(UTF_8));
      assertThat(run("cmp $M/hello " + other.directory + "/hello; cat $M/hello").output())
          .contains("differ")
          .contains("hello, world");
    }
    assertThat(run("cat $M/hello").output()).isEqualTo("hello, world");
    mount.unmount(Duration.ofSeconds(5));
  }
}

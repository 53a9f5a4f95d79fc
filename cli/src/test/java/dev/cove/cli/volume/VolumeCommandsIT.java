package dev.cove.cli.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cove volume} as a script meets it. */
final class VolumeCommandsIT {
  @TempDir
  private Path home;

  private record Outcome(int status, String out, String err) {}

  private Outcome cove(String... words) throws Exception {
    return coveReading(new byte[0], words);
  }

  private Outcome coveReading(byte[] input, String... words) throws Exception {
    Process process = start(input, words);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), out, Files.readString(home.resolve("stderr")));
  }

  private Process start(byte[] input, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(
        System.getProperty("java.home") + "/bin/java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        "dev.cove.cli.Main"));
    command.addAll(List.of(words));
    Path in = Files.write(home.resolve("stdin"), input);
    ProcessBuilder builder = new ProcessBuilder(command)
        .directory(home.toFile())
        .redirectError(home.resolve("stderr").toFile())
        .redirectInput(in.toFile());
    builder.environment().put("COVE_HOME", home.resolve("cove").toString());
    builder.environment().keySet().removeIf(name -> name.matches("COVE_(VOLUME_)?(STORE|SECRET)"));
    return builder.start();
  }

  private void assertDone(String out, String... words) throws Exception {
    assertThat(cove(words)).isEqualTo(new Outcome(0, out, ""));
  }

  private void assertOneLine(int status, String part, String... words) throws Exception {
    Outcome outcome = cove(words);
    assertThat(outcome.status).as(outcome.err).isEqualTo(status);
    assertThat(outcome.out).isEmpty();
    assertThat(outcome.err.lines()).hasSize(1).first().asString().contains(part);
  }

  private Path file(String name, String text) throws Exception {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  @Test
  void theCommandsOfTheManualWorkAsWritten() throws Exception {
    file("local_file.txt", "hello\n");
    assertDone("", "volume", "create", "my-vol");
    assertOneLine(1, "already", "volume", "create", "my-vol");
    assertDone("", "volume", "put", "my-vol", "local_file.txt", "/remote/path/file.txt");
    assertOneLine(
        1, "--force", "volume", "put", "my-vol", "local_file.txt", "/remote/path/file.txt");
    assertDone("file.txt\n", "volume", "ls", "my-vol", "/remote/path");
    assertDone("remote/\n", "volume", "ls", "my-vol");
    assertDone("", "volume", "get", "my-vol", "/remote/path/file.txt", "got.txt");
    assertThat(home.resolve("got.txt")).hasContent("hello\n");
    assertDone("hello\n", "volume", "get", "my-vol", "/remote/path/file.txt", "-");
    assertOneLine(1, "directory", "volume", "rm", "my-vol", "/remote");
    assertDone("", "volume", "rm", "-r", "my-vol", "/remote", "-m", "cleaned");
    assertDone("", "volume", "ls", "my-vol", "/");
    Outcome log = cove("volume", "log", "my-vol", "--json");
    assertThat(log.out)
        .startsWith("[{\"id\":\"2\",\"parents\":[\"1\"],\"time\":\"")
        .contains("\"message\":\"cleaned\",\"files\":0,\"bytes\":0")
        .contains("\"message\":\"put /remote/path/file.txt\",\"files\":1,\"bytes\":6");
    assertDone("my-vol\n", "volume", "list");
    assertOneLine(2, "--yes", "volume", "delete", "my-vol");
    assertDone("", "volume", "delete", "my-vol", "--yes");
    assertDone("[]\n", "volume", "list", "--json");
  }

  @Test
  void historyIsComparedTaggedClonedAndRolledBack() throws Exception {
    assertDone("", "volume", "create", "v");
    assertThat(coveReading("one".getBytes(StandardCharsets.UTF_8), "volume", "put", "v", "-", "/a")
            .status)
        .isZero();
    assertDone("", "volume", "tag", "v", "first");
    assertDone("", "volume", "cp", "v", "/a", "/b");
    assertDone("", "volume", "mv", "v", "/a", "/c");
    assertDone("A\t/b\nR\t/a -> /c\n", "volume", "diff", "v", "first");
    assertDone("first\t1\n", "volume", "tag", "v");
    assertDone("a\n", "volume", "ls", "v@first");
    assertDone("", "volume", "clone", "v@first", "w");
    assertDone("a\n", "volume", "ls", "w");
    assertDone("", "volume", "rollback", "v", "first");
    assertDone("a\n", "volume", "ls", "v");
    assertDone("", "volume", "rename", "v", "u");
    assertOneLine(1, "did you mean", "volume", "log", "x");
    assertThat(cove("volume", "verify", "u").out).contains("all as written");
    assertOneLine(1, "no", "volume", "ls", "u", "/none");
    assertOneLine(1, "", "volume", "diff", "u", "99");
    assertOneLine(2, "..", "volume", "rm", "u", "/../a");
  }

  @Test
  void modesTimesLinksAndHolesSurvivePutAndGet() throws Exception {
    Path tree = home.resolve("tree");
    Path script = file("tree/bin/run.sh", "#!/bin/sh\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));
    Files.createLink(tree.resolve("hard"), script);
    Files.createSymbolicLink(tree.resolve("soft"), Path.of("bin/run.sh"));
    Path sparse = tree.resolve("sparse");
    try (FileChannel out =
        FileChannel.open(sparse, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap("end".getBytes(StandardCharsets.UTF_8)), 256L << 20);
    }
    Files.createDirectory(tree.resolve("empty"));
    Instant time = Instant.parse("2001-02-03T04:05:06.123456789Z");
    for (String name : List.of("bin/run.sh", "sparse", "empty", "bin", "")) {
      Files.setLastModifiedTime(tree.resolve(name), FileTime.from(time));
    }
    assertDone("", "volume", "create", "v");
    assertDone("", "volume", "put", "v", "tree", "/t");
    assertDone("", "volume", "get", "v", "/t", "back");
    Path back = home.resolve("back");
    for (String name : List.of("bin/run.sh", "sparse", "empty", "bin", "")) {
      assertThat(Files.getLastModifiedTime(back.resolve(name)).toInstant())
          .as(name)
          .isEqualTo(time);
    }
    assertThat(Files.getPosixFilePermissions(back.resolve("bin/run.sh")))
        .isEqualTo(Files.getPosixFilePermissions(script));
    assertThat(Files.isSameFile(back.resolve("hard"), back.resolve("bin/run.sh")))
        .isTrue();
    assertThat(Files.readSymbolicLink(back.resolve("soft"))).isEqualTo(Path.of("bin/run.sh"));
    assertThat(Files.mismatch(sparse, back.resolve("sparse"))).isEqualTo(-1);
    // Holes take no room on disk.
    assertThat(blocks(back.resolve("sparse"))).isLessThan(1 << 20);
    try (Stream<Path> left = Files.list(home)) {
      assertThat(left.map(p -> p.getFileName().toString())).noneMatch(n -> n.startsWith(".cove"));
    }
    assertOneLine(1, "--force", "volume", "get", "v", "/t", "back");
    Files.writeString(back.resolve("hard"), "changed");
    assertDone("", "volume", "get", "v", "/t", "back", "--force");
    assertThat(back.resolve("hard")).hasContent("#!/bin/sh\n");
  }

  @Test
  void aTimeBefore1970SurvivesToTheSecond() throws Exception {
    Path old = file("old", "old");
    Process touch =
        new ProcessBuilder("touch", "-d", "1969-12-31T23:59:58.5Z", old.toString()).start();
    assertThat(touch.waitFor()).isZero();
    assertDone("", "volume", "create", "v");
    assertDone("", "volume", "put", "v", "old", "/old");
    assertDone("", "volume", "get", "v", "/old", "back");
    assertThat(Files.getLastModifiedTime(home.resolve("back")).toInstant())
        .isEqualTo(Instant.ofEpochSecond(-2));
  }

  private static long blocks(Path file) throws Exception {
    Process du = new ProcessBuilder("du", "-B1", file.toString()).start();
    String out = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return Long.parseLong(out.split("\t")[0]);
  }

  @Test
  void anInterruptedDownloadIsTakenUpAndNeverSeenHalf() throws Exception {
    Path big = file("tree/a-big", "");
    try (FileChannel out = FileChannel.open(big, StandardOpenOption.WRITE)) {
      byte[] random = new byte[1 << 20];
      for (int i = 0; i < 300; i++) {
        new Random(i).nextBytes(random);
        out.write(ByteBuffer.wrap(random));
      }
    }
    for (int i = 0; i < 20; i++) {
      file("tree/" + i, "file " + i);
    }
    assertDone("", "volume", "create", "v");
    assertDone("", "volume", "put", "v", "tree", "/t");
    Process killed = start(new byte[0], "volume", "get", "v", "/t", "back");
    Path stage = null;
    while (stage == null && killed.isAlive()) {
      stage = hidden().filter(p -> Files.exists(p.resolve("tree/19"))).findAny().orElse(null);
    }
    killed.destroyForcibly().waitFor();
    assertThat(home.resolve("back")).doesNotExist();
    assertThat(stage).isNotNull();
    Object finished = Files.getAttribute(stage.resolve("tree/19"), "unix:ino");
    assertDone("", "volume", "get", "v", "/t", "back");
    assertThat(Files.getAttribute(home.resolve("back/19"), "unix:ino"))
        .as("what was finished is not fetched again")
        .isEqualTo(finished);
    assertThat(Files.mismatch(big, home.resolve("back/a-big"))).isEqualTo(-1);
    assertThat(hidden()).isEmpty();
  }

  @Test
  void anInterruptedDownloadIntoADirectoryLeavesEachFileWholeAndIsFinishedByTheNext()
      throws Exception {
    String old = "old ".repeat(1_000);
    String fresh = "new ".repeat(2_000);
    for (int i = 0; i < 1_000; i++) {
      file("tree/" + i, fresh);
    }
    assertDone("", "volume", "create", "v");
    assertDone("", "volume", "put", "v", "tree", "/t");
    for (int i = 0; i < 1_000; i += 2) {
      file("back/" + i, old);
    }
    file("back/mine", "mine");
    Process killed = start(new byte[0], "volume", "get", "v", "/t", "back", "--force");
    while (killed.isAlive() && Files.notExists(home.resolve("back/1"))) {
      Thread.sleep(1);
    }
    killed.destroyForcibly().waitFor();
    for (int i = 0; i < 1_000; i++) {
      Path each = home.resolve("back/" + i);
      assertThat(!Files.exists(each) ? fresh : Files.readString(each)).isIn(old, fresh);
    }
    assertDone("", "volume", "get", "v", "/t", "back", "--force");
    for (int i = 0; i < 1_000; i++) {
      assertThat(home.resolve("back/" + i)).hasContent(fresh);
    }
    assertThat(home.resolve("back/mine")).hasContent("mine");
    assertThat(hidden()).isEmpty();
  }

  @Test
  void anInterruptedDownloadIntoAnEmptyDirectoryNeedsNoForceToGoOn() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      file("tree/" + i, "content " + i);
    }
    assertDone("", "volume", "create", "v");
    assertDone("", "volume", "put", "v", "tree", "/t");
    Files.createDirectory(home.resolve("back"));
    Process killed = start(new byte[0], "volume", "get", "v", "/t", "back");
    while (killed.isAlive() && Files.notExists(home.resolve("back/1"))) {
      Thread.sleep(1);
    }
    killed.destroyForcibly().waitFor();
    if (hidden().findAny().isPresent()) { // Else it was quicker.
      assertDone("", "volume", "get", "v", "/t", "back");
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(home.resolve("back/" + i)).hasContent("content " + i);
    }
    assertThat(hidden()).isEmpty();
  }

  @Test
  void anInterruptedUploadChangesNothingAndTheNextGoesOn() throws Exception {
    byte[] random = new byte[1 << 20];
    for (int i = 0; i < 200; i++) {
      new Random(i).nextBytes(random);
      Files.createDirectories(home.resolve("tree"));
      Files.write(home.resolve("tree/" + i), random);
    }
    assertDone("", "volume", "create", "v");
    Process killed = start(new byte[0], "volume", "put", "v", "tree", "/t");
    while (killed.isAlive() && stored() < 30 << 20) {
      Thread.sleep(1);
    }
    killed.destroyForcibly().waitFor();
    long before = stored();
    assertThat(before).isLessThan(200 << 20);
    assertDone("", "volume", "ls", "v");
    assertDone("[]\n", "volume", "log", "v", "--json");
    assertThat(cove("volume", "verify", "v").status).isZero();
    assertDone("", "volume", "put", "v", "tree", "/t");
    // Of four packs under way, up to 8 MiB each, it may not be known that they were stored.
    assertThat(stored()).isLessThan((200L << 20) + (40 << 20));
    assertDone("", "volume", "get", "v", "/t", "back");
    for (int i = 0; i < 200; i++) {
      assertThat(Files.mismatch(home.resolve("tree/" + i), home.resolve("back/" + i)))
          .isEqualTo(-1);
    }
  }

  /** Bytes of finished packs in the standard store. */
  private long stored() throws Exception {
    Path packs = home.resolve("cove/data/volumes/packs+");
    if (Files.notExists(packs)) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(packs)) {
      return all.filter(Files::isRegularFile)
          .mapToLong(p -> p.toFile().length())
          .sum();
    }
  }

  private Stream<Path> hidden() throws Exception {
    try (Stream<Path> all = Files.list(home)) {
      return all.filter(p -> p.getFileName().toString().startsWith(".cove")).toList().stream();
    }
  }

  @Test
  void whatIsInTheWayIsLeftAlone() throws Exception {
    file("tree/a", "a");
    assertDone("", "volume", "create", "v");
    assertDone("", "volume", "put", "v", "tree", "/t");
    file("blocked", "in the way");
    assertOneLine(1, "no directory", "volume", "get", "v", "/t", "blocked", "--force");
    assertThat(home.resolve("blocked")).hasContent("in the way");
    assertOneLine(1, "no such directory", "volume", "get", "v", "/t", "none/back");
  }

  @Test
  void anotherStoreIsNamedByPathAndByUrl() throws Exception {
    Path folder = home.resolve("elsewhere");
    assertOneLine(1, "no folder", "volume", "list", "--store", folder.toString());
    assertDone("", "volume", "create", "v", "--store", folder.toString());
    assertDone("v\n", "volume", "list", "--store", folder.toUri().toString());
    assertDone("", "volume", "list");
    assertOneLine(2, "no store", "volume", "list", "--store", "ftp://host/x");
    assertOneLine(1, "no such file", "volume", "put", "v", "none", "--store", folder.toString());
    assertOneLine(2, "1 to 256", "volume", "list", "--parallel", "0");
  }
}

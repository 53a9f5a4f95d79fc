package dev.cove.state.sqlite;

import static dev.cove.state.IfMissing.CREATE_IF_MISSING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cove.state.Bytes;
import dev.cove.state.Children;
import dev.cove.state.Children.Child;
import dev.cove.state.Dict;
import dev.cove.state.Durability;
import dev.cove.state.Limits;
import dev.cove.state.NamedQueue;
import dev.cove.state.Programs;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import dev.cove.state.StateStore;
import dev.cove.state.StoreOptions;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the embedded store promises about its files, and what it does when they go wrong. */
final class SqliteFilesIT {
  @TempDir
  private Path folder;

  private StateStore open() {
    return StateStore.open(StoreOptions.embedded(folder));
  }

  private Path database() {
    return SqliteFiles.database(folder);
  }

  private static Bytes b(String text) {
    return Bytes.utf8(text);
  }

  private static StateException assertReason(Reason reason, ThrowingCallable call) {
    StateException[] thrown = new StateException[1];
    assertThatExceptionOfType(StateException.class).isThrownBy(call).satisfies(e -> {
      assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
      assertThat(e.getMessage()).doesNotContain("\n");
      thrown[0] = e;
    });
    return thrown[0];
  }

  private void sql(String statement) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
        Statement change = connection.createStatement()) {
      change.execute(statement);
    }
  }

  private String ask(String query) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getString(1);
    }
  }

  @Test
  void nobodyButTheOwnerCanReadTheFiles() throws Exception {
    try (StateStore store = open()) {
      store.queue("q", CREATE_IF_MISSING).offer(b("secret"));
      try (Stream<Path> files = Files.walk(folder)) {
        assertThat(files.filter(Files::isRegularFile))
            .allSatisfy(file -> assertThat(
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .as(file.toString())
                .isEqualTo("rw-------"));
      }
    }
  }

  @Test
  void theDatabaseIsWholeAfterAProcessWasKilledWhileItWrote() throws Exception {
    try (Children children = new Children()) {
      for (int round = 0; round < 3; round++) {
        Child child = children.start(Programs.class, "count", folder.toString());
        for (int i = 0; i < 40; i++) {
          child.line();
        }
        child.kill();
        assertThat(ask("PRAGMA integrity_check")).isEqualTo("ok");
      }
    }
  }

  @Test
  void aFullDiskIsSaidAndNothingStoredIsLost() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk.toString());
    try {
      Path ballast = disk.resolve("ballast");
      Files.write(ballast, new byte[4 << 20]);
      try (StateStore store = StateStore.open(StoreOptions.embedded(disk.resolve("state")))) {
        Dict dict = store.dict("d", CREATE_IF_MISSING);
        NamedQueue queue = store.queue("q", CREATE_IF_MISSING);
        queue.put(b("item"));
        int[] stored = {0};
        StateException full = assertReason(Reason.DISK_FULL, () -> {
          for (; ; stored[0]++) {
            dict.put(b("key " + stored[0]), Bytes.wrap(new byte[20_000]));
          }
        });
        assertThat(full.getMessage()).contains("full").contains("nothing was changed");
        assertThat(stored[0]).isPositive();
        assertReason(Reason.DISK_FULL, () -> dict.put(b("again"), Bytes.wrap(new byte[200_000])));
        for (int i = 0; i < stored[0]; i++) {
          assertThat(dict.get(b("key " + i)).orElseThrow().size()).isEqualTo(20_000);
        }
        assertThat(dict.size()).isEqualTo(stored[0]);
        assertThat(queue.peek()).contains(b("item"));
        Files.delete(ballast);
        dict.put(b("again"), Bytes.wrap(new byte[20_000]));
        assertThat(dict.size()).isEqualTo(stored[0] + 1);
      }
    } finally {
      run("umount", disk.toString());
    }
  }

  @Test
  void aReadOnlyDiskIsSaid() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString());
    try {
      run("mount", "-o", "remount,ro", disk.toString());
      assertReason(
          Reason.READ_ONLY, () -> StateStore.open(StoreOptions.embedded(disk.resolve("s"))));
    } finally {
      run("umount", disk.toString());
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }

  @Test
  void aDatabaseOfANewerCoveIsLeftAlone() throws Exception {
    open().close();
    sql("PRAGMA user_version=2");
    byte[] before = Files.readAllBytes(database());
    assertThat(assertReason(Reason.NEWER_VERSION, this::open).getMessage()).contains("newer Cove");
    assertThat(Files.readAllBytes(database())).isEqualTo(before);
  }

  @Test
  void aDatabaseOfSomebodyElseIsLeftAlone() throws Exception {
    Files.createDirectories(folder);
    sql("CREATE TABLE theirs(x)");
    assertThat(assertReason(Reason.CORRUPT, this::open).getMessage()).contains("none of Cove's");
    assertThat(ask("SELECT count(*) FROM theirs")).isEqualTo("0");
  }

  @Test
  void aDamagedFileIsSaidAndMovedOnlyWhenToldTo() throws Exception {
    byte[] garbage =
        "this is no database, however long it is looked at".getBytes(StandardCharsets.UTF_8);
    Files.write(database(), garbage);
    StateException e = assertReason(Reason.CORRUPT, this::open);
    assertThat(e.getMessage()).contains("cove state set-aside");
    assertThat(Files.readAllBytes(database())).isEqualTo(garbage);
    Path kept = SqliteFiles.setAside(folder, Clock.systemUTC()).orElseThrow();
    assertThat(Files.readAllBytes(kept)).isEqualTo(garbage);
    try (StateStore store = open()) {
      assertThat(store.dicts().list()).isEmpty();
    }
  }

  @Test
  void damageInTheMiddleOfTheFileIsSaid() throws Exception {
    try (StateStore store = open()) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      for (int i = 0; i < 2000; i++) {
        dict.put(b("key " + i), Bytes.wrap(new byte[100]));
      }
    }
    try (RandomAccessFile file = new RandomAccessFile(database().toFile(), "rw")) {
      for (long page = 12; page < file.length() / 4096; page++) {
        file.seek(page * 4096);
        file.write(new byte[200]);
      }
    }
    try (StateStore store = open()) {
      assertReason(Reason.CORRUPT, () -> {
        Dict dict = store.dict("d", CREATE_IF_MISSING);
        for (int i = 0; i < 2000; i++) {
          dict.get(b("key " + i));
        }
      });
    }
  }

  @Test
  void nothingIsSetAsideWhileAnyProcessHasItOpen() throws Exception {
    assertThat(SqliteFiles.setAside(folder, Clock.systemUTC())).isEmpty();
    try (StateStore store = open()) {
      store.dict("d", CREATE_IF_MISSING).put(b("k"), b("v"));
      assertReason(Reason.BUSY, () -> SqliteFiles.setAside(folder, Clock.systemUTC()));
    }
    try (Children children = new Children()) {
      Child other = children.start(Programs.class, "count", folder.toString());
      other.line();
      assertReason(Reason.BUSY, () -> SqliteFiles.setAside(folder, Clock.systemUTC()));
      other.kill();
    }
    assertThat(SqliteFiles.setAside(folder, Clock.systemUTC())).isPresent();
  }

  @Test
  void aWriterThatIsStuckIsSaidAfterTheTimeoutAndHarmsNothing() throws Exception {
    open().close();
    try (Children children = new Children();
        StateStore store =
            StateStore.open(StoreOptions.embedded(folder).withTimeout(Duration.ofMillis(300)))) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      dict.put(b("k"), b("v"));
      Child holder = children.start(LockHolder.class, folder.toString());
      assertThat(holder.line()).isEqualTo("held");
      assertReason(Reason.BUSY, () -> dict.put(b("k"), b("w")));
      assertThat(Thread.interrupted()).isFalse();
      assertThat(dict.get(b("k"))).as("readers go on").contains(b("v"));
      Thread writer = new Thread(() -> assertReason(Reason.BUSY, () -> dict.put(b("k"), b("x"))));
      writer.start();
      writer.interrupt();
      writer.join();
      holder.kill();
      dict.put(b("k"), b("y"));
      assertThat(dict.get(b("k"))).contains(b("y"));
    }
  }

  @Test
  void whatExpiredIsRemovedFromTheFileByLaterWrites() throws Exception {
    SqliteUnderTest tested = new SqliteUnderTest(folder);
    try (StateStore store = tested.open(Limits.DEFAULT)) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      Map<Bytes, Bytes> entries = new HashMap<>();
      for (int i = 0; i < 1000; i++) {
        entries.put(b("key " + i), b("v"));
      }
      dict.putAll(entries, Duration.ofMinutes(1));
      store
          .queue("q", CREATE_IF_MISSING)
          .partition("p")
          .expiring(Duration.ofMinutes(1))
          .put(b("x"));
      tested.advance(Duration.ofMinutes(1));
      assertThat(dict.size()).isZero();
      for (int i = 0; i < 600; i++) {
        dict.put(b("other"), b("" + i));
      }
      assertThat(ask("SELECT count(*) FROM entry")).isEqualTo("1");
      assertThat(ask("SELECT count(*) FROM item")).isEqualTo("0");
      assertThat(dict.size()).isEqualTo(1);
    }
  }

  @Test
  void theFilesStayBoundedHoweverMuchGoesThrough() throws Exception {
    Path log = SqliteFiles.log(database());
    long largest = 0;
    try (StateStore store = open()) {
      NamedQueue queue = store.queue("q", CREATE_IF_MISSING);
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 60; i++) {
          queue.put(Bytes.wrap(new byte[50_000]));
          dict.put(b("key " + i), Bytes.wrap(new byte[10_000]));
        }
        queue.pollMany(60);
        dict.clear();
        largest = Math.max(largest, Files.size(database()) + Files.size(log));
      }
    }
    // 144 MB have gone through, 3.6 MB of them at a time.
    assertThat(largest).isLessThan(64L << 20);
  }

  @Test
  void theFileShrinksWhenMuchIsRemoved() throws Exception {
    try (StateStore store = open()) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      for (int i = 0; i < 400; i++) {
        dict.put(b("key " + i), Bytes.wrap(new byte[100_000]));
      }
      dict.clear();
      for (int i = 0; i < 12_000; i++) {
        dict.put(b("k"), b("" + i));
      }
      assertThat(ask("SELECT count(*) FROM entry")).isEqualTo("1");
    }
    assertThat(Files.size(database())).isLessThan(24L << 20);
  }

  @Test
  void durabilityDiskAsksForFullSynchronisation() {
    try (StateStore store =
        StateStore.open(StoreOptions.embedded(folder).withDurability(Durability.DISK))) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      dict.put(b("k"), b("v"));
      assertThat(dict.get(b("k"))).contains(b("v"));
    }
  }
}

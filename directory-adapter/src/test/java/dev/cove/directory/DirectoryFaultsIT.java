package dev.cove.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cove.storage.Content;
import dev.cove.storage.ListRequest;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder does on full and read-only disks, between processes, and when they are killed. */
final class DirectoryFaultsIT {
  private static final WriteOptions CREATE = WriteOptions.DEFAULT.with(WriteCondition.ifAbsent());

  @TempDir
  Path folder;

  @Test
  void aFullDiskIsSaidAndNothingIsHalfMade() throws Exception {
    Path disk = mounted("size=4m");
    try (DirectoryObjectStore store = new DirectoryObjectStore(disk)) {
      byte[] megabyte = new byte[1 << 20];
      List<String> stored = new ArrayList<>();
      assertFails(Kind.NO_SPACE, () -> {
        for (int i = 0; i < 10; i++) {
          store.put("a" + i, Content.of(megabyte), CREATE);
          stored.add("a" + i);
        }
      });
      assertThat(stored).hasSizeBetween(1, 3);
      assertThat(store.list(ListRequest.all("")).objects())
          .extracting(object -> object.key())
          .isEqualTo(stored);
      store.delete("a0", WriteCondition.none());
      store.put("b", Content.of(megabyte), CREATE);
    } finally {
      run("umount", disk.toString());
    }
  }

  @Test
  void aReadOnlyDiskIsReadAndRefusesToBeWritten() throws Exception {
    Path disk = mounted("size=1m");
    try {
      try (DirectoryObjectStore store = new DirectoryObjectStore(disk)) {
        store.put("a", Content.EMPTY, CREATE);
      }
      run("mount", "-o", "remount,ro", disk.toString());
      try (DirectoryObjectStore store = new DirectoryObjectStore(disk)) {
        assertThat(store.head("a").size()).isZero();
        assertFails(Kind.READ_ONLY, () -> store.put("b", Content.EMPTY, CREATE));
        assertFails(Kind.READ_ONLY, () -> store.put("b", Content.EMPTY, WriteOptions.DEFAULT));
        assertFails(Kind.READ_ONLY, () -> store.delete("a", WriteCondition.none()));
      }
    } finally {
      run("umount", disk.toString());
    }
  }

  @Test
  void ofManyProcessesExactlyOneCreatesEachKeyAndIncrementsAreNotLost() throws Exception {
    try (DirectoryObjectStore store = new DirectoryObjectStore(folder)) {
      store.put("counter", Content.EMPTY, CREATE);
    }
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      children.add(child("race", Integer.toString(i)));
    }
    List<String> won = new ArrayList<>();
    for (Process child : children) {
      try (BufferedReader out = reader(child)) {
        out.lines().forEach(won::add);
      }
      assertThat(child.waitFor()).isZero();
    }
    assertThat(won).hasSize(Child.KEYS).doesNotHaveDuplicates();
    try (DirectoryObjectStore store = new DirectoryObjectStore(folder)) {
      assertThat(store.head("counter").size()).isEqualTo(3L * Child.INCREMENTS);
    }
  }

  @Test
  void whatAKilledProcessAcknowledgedIsThereAndWhatItWasWritingIsRemoved() throws Exception {
    Process child = child("write", "0");
    int acknowledged = 0;
    try (BufferedReader out = reader(child)) {
      while (acknowledged < 20) {
        assertThat(out.readLine()).isEqualTo(Integer.toString(acknowledged++));
      }
      child.destroyForcibly().waitFor();
    }
    try (DirectoryObjectStore store = new DirectoryObjectStore(folder)) {
      store.put("next", Content.EMPTY, CREATE);
      for (int i = 0; i < acknowledged; i++) {
        assertThat(store.head("dir/" + i).size()).isEqualTo(Child.BYTES);
      }
      assertThat(store.list(ListRequest.all("dir/")).objects())
          .allSatisfy(object -> assertThat(object.size()).isEqualTo(Child.BYTES));
    }
    try (Stream<Path> left = Files.walk(folder.resolve(TempFiles.FOLDER))) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  private Process child(String what, String number) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            what,
            folder.toString(),
            number)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static BufferedReader reader(Process child) {
    return new BufferedReader(
        new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII));
  }

  private Path mounted(String options) throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.toString());
    return disk;
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }

  private static void assertFails(Kind kind, ThrowingCallable call) {
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
  }
}

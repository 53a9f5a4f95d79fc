package dev.cove.it.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.BucketMount.Running;
import dev.cove.storage.Content;
import dev.cove.storage.StorageException;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two mounts and a foreign tool write to one key. */
@Tag("newest-jdk")
final class TwoWritersIT {
  private static final String KEY = "shared";
  private static final String[] FRESH = {"--ttl", "0s", "--negative-ttl", "0s", "--readahead", "64k"
  };

  @TempDir
  private Path temp;

  private BucketMount s3;

  @BeforeEach
  void make() throws Exception {
    s3 = new BucketMount(temp);
  }

  @AfterEach
  void end() throws Exception {
    s3.close();
  }

  @Test
  void everyUpdateLandsOrItsWriterHearsEstale() throws Exception {
    appendTogether(25);
  }

  @Tag("soak")
  @Test
  void everyUpdateLandsOrItsWriterHearsEstaleInAThousandRounds() throws Exception {
    appendTogether(334);
  }

  private static final String APPENDER = """
      import errno, os, sys
      path, name, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
      for i in range(rounds):
        line = '%s%d\\n' % (name, i)
        written = False
        try:
          fd = os.open(path, os.O_RDWR | os.O_APPEND)
          try:
            written = os.write(fd, line.encode()) == len(line)
          finally:
            os.close(fd)
          print('stored', line, end='')
        except OSError as e:
          assert e.errno == errno.ESTALE, e
          print('kept' if written else 'refused', line, end='')
      """;

  private void appendTogether(int rounds) throws Exception {
    s3.put(KEY, "begin\n");
    s3.mount("--rw", "--ttl", "0s", "--negative-ttl", "0s");
    Path other = s3.mountAgain("--rw", "--ttl", "0s", "--negative-ttl", "0s");
    List<Running> writers = new ArrayList<>();
    for (Path mount : List.of(s3.directory, other)) {
      String name = mount.equals(other) ? "b" : "a";
      writers.add(
          s3.start("python3", "-c", APPENDER, mount.resolve(KEY).toString(), name, "" + rounds));
    }
    List<String> outcomes = new ArrayList<>(appendFromOutside(rounds));
    for (Running writer : writers) {
      BucketMount.Result result = writer.await();
      assertThat(result.exit()).as(result.output()).isZero();
      outcomes.addAll(result.output().lines().toList());
    }
    assertThat(outcomes).hasSize(3 * rounds);
    List<String> stored = only("stored ", outcomes);
    assertThat(stored).isNotEmpty();
    assertThat(s3.text(KEY).lines().skip(1))
        .as("updates in the object, each once")
        .containsExactlyInAnyOrderElementsOf(stored);
    int ends = Math.max(end(other), end(s3.directory));
    String listed = s3.cove("recover", "--json").output();
    List<String> kept = only("kept ", outcomes);
    assertThat(listed.split("\"key\":\"" + KEY + "\"", -1).length - 1)
        .as("files kept for the writers that heard ESTALE: %s", listed)
        .isEqualTo(kept.size());
    assertThat(ends)
        .as("whether unmount says that something is kept")
        .isEqualTo(kept.isEmpty() ? 0 : 4);
    System.out.printf(
        "%d updates by two mounts and a tool: %d stored, %d told ESTALE, updates lost: 0%n",
        outcomes.size(), stored.size(), outcomes.size() - stored.size());
  }

  private int end(Path mount) throws Exception {
    int exit = s3.cove("unmount", mount.toString()).exit();
    s3.forget(mount);
    return exit;
  }

  private static List<String> only(String outcome, List<String> outcomes) {
    return outcomes.stream()
        .filter(line -> line.startsWith(outcome))
        .map(line -> line.substring(outcome.length()))
        .toList();
  }

  private List<String> appendFromOutside(int rounds) throws Exception {
    List<String> outcomes = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      String line = "c" + i;
      Version before = s3.bucket.head(KEY).version();
      String text = s3.text(KEY);
      try {
        s3.bucket.put(
            KEY,
            Content.of((text + line + "\n").getBytes(UTF_8)),
            WriteOptions.DEFAULT.with(WriteCondition.ifVersion(before)));
        outcomes.add("stored " + line);
      } catch (StorageException e) {
        assertThat(e.kind()).isEqualTo(StorageException.Kind.PRECONDITION_FAILED);
        outcomes.add("refused " + line);
      }
    }
    return outcomes;
  }

  @Test
  void withOverwriteTheLastWriterWinsWholeAndReadersSeeOneVersion() throws Exception {
    replaceTogether(15);
  }

  @Tag("soak")
  @Test
  void withOverwriteTheLastOfAThousandWinsWholeAndReadersSeeOneVersion() throws Exception {
    replaceTogether(334);
  }

  // Half of it is in the kernel's cache when the rest is read, and the object another one by then.
  private static final String READER = """
      import errno, os, sys, time
      path, stop, pause, size = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
      whole = stale = 0
      while not os.path.exists(stop):
        data = b''
        try:
          fd = os.open(path, os.O_RDONLY)
          try:
            while True:
              piece = os.read(fd, 16384)
              if not piece: break
              data += piece
              if len(data) == 163840: time.sleep(pause)
          finally:
            os.close(fd)
        except OSError as e:
          assert e.errno == errno.ESTALE, e
          stale += 1
          continue
        assert len(data) == size, len(data)
        assert len(set(data)) == 1, 'a mix of %s' % set(data)
        whole += 1
      assert whole > 0
      print('%d whole, %d ESTALE' % (whole, stale))
      """;

  private void replaceTogether(int rounds) throws Exception {
    int size = 2_000_000; // more than is fetched with the first byte
    s3.put(KEY, "s".repeat(size));
    s3.mount("--rw", "--on-conflict", "overwrite", "--ttl", "0s", "--negative-ttl", "0s");
    Path other = s3.mountAgain("--rw", "--on-conflict", "overwrite", "--ttl", "0s");
    String read = s3.mountAgain(FRESH).resolve(KEY).toString();
    String stop = s3.local.resolve("stop").toString();
    List<Running> readers = List.of(
        s3.start("python3", "-c", READER, read, stop, "0", "" + size),
        s3.start("python3", "-c", READER, read, stop, "0.05", "" + size));
    List<Running> writers = new ArrayList<>();
    for (Path mount : List.of(s3.directory, other)) {
      writers.add(s3.start(
          "python3",
          "-c",
          """
          import sys
          for i in range(int(sys.argv[3])):
            with open(sys.argv[1], 'wb') as f:
              f.write(sys.argv[2].encode() * int(sys.argv[4]))
          """,
          mount.resolve(KEY).toString(),
          mount.equals(other) ? "b" : "a",
          "" + rounds,
          "" + size));
    }
    for (int i = 0; i < rounds; i++) {
      s3.put(KEY, "c".repeat(size));
    }
    for (Running writer : writers) {
      BucketMount.Result result = writer.await();
      assertThat(result.exit()).as(result.output()).isZero();
    }
    Files.createFile(s3.local.resolve("stop"));
    for (Running reader : readers) {
      BucketMount.Result result = reader.await();
      assertThat(result.exit()).as(result.output()).isZero();
      System.out.printf("%d replacements read: %s, no mix%n", 3 * rounds, result.output());
    }
    String last = s3.text(KEY);
    assertThat(last).hasSize(size).isIn("a".repeat(size), "b".repeat(size), "c".repeat(size));
  }
}

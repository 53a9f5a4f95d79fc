package dev.cove.fuse;

import static dev.cove.fuse.FuseProtocol.*;
import static dev.cove.fuse.Wire.body;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.fuse.Wire.Answer;
import dev.cove.vfs.MemoryFileSystem;
import dev.cove.vfs.VirtualFileSystem;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ru.serce.jnrfuse.ErrorCodes;

final class DirectoryOperationsTest {
  private static final long ROOT = VirtualFileSystem.ROOT;

  private final MemoryFileSystem files =
      new MemoryFileSystem(Clock.systemUTC(), Duration.ofSeconds(1));
  private final Wire wire = new Wire(files, Clock.systemUTC());
  private long handle;

  private record Dirent(String name, long inode, long offset, int type) {}

  @BeforeEach
  void openTop() {
    handle = wire.call(OPENDIR, ROOT, body().int32(0, 0)).int64(0);
  }

  private Answer read(int opcode, long offset, int size) {
    return wire.call(
        opcode, ROOT, body().int64(handle, offset).int32(size, 0).int64(0).int32(0, 0));
  }

  private static List<Dirent> parse(Answer answer, int prefix) {
    List<Dirent> entries = new ArrayList<>();
    for (int at = 0; at < answer.body().remaining(); ) {
      int dirent = at + prefix;
      int length = answer.int32(dirent + 16);
      byte[] name = new byte[length];
      answer.body().get(dirent + DIRENT, name);
      entries.add(new Dirent(
          new String(name, UTF_8),
          answer.int64(dirent),
          answer.int64(dirent + 8),
          answer.int32(dirent + 20)));
      at = dirent + ((DIRENT + length + 7) & ~7);
    }
    return entries;
  }

  /** Reads the directory in pieces of {@code size} bytes, each from where the last one ended. */
  private List<Dirent> readAll(int opcode, int size) {
    int prefix = opcode == READDIRPLUS ? ENTRY_OUT : 0;
    List<Dirent> all = new ArrayList<>();
    while (true) {
      long offset = all.isEmpty() ? 0 : all.get(all.size() - 1).offset();
      Answer answer = read(opcode, offset, size);
      assertThat(answer.error()).isZero();
      assertThat(answer.body().remaining()).isLessThanOrEqualTo(size);
      List<Dirent> entries = parse(answer, prefix);
      if (entries.isEmpty()) {
        return all;
      }
      all.addAll(entries);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {READDIR, READDIRPLUS})
  void everyEntryComesOnceWhateverTheRoom(int opcode) throws Exception {
    List<String> expected = new ArrayList<>(List.of(".", ".."));
    for (int i = 0; i < 500; i++) {
      files.put("file-" + "x".repeat(i % 40) + i, new byte[0]);
      expected.add("file-" + "x".repeat(i % 40) + i);
    }
    for (int size : new int[] {400, 1000, 4096, 1 << 20}) {
      assertThat(readAll(opcode, size))
          .extracting(Dirent::name)
          .containsExactlyElementsOf(expected);
    }
  }

  @Test
  void readingGoesOnAfterAnEntryThatWasRemovedMeanwhile() throws Exception {
    files.put("a", new byte[0]);
    files.put("b", new byte[0]);
    files.put("c", new byte[0]);
    List<Dirent> all = readAll(READDIR, 4096);
    files.unlink(ROOT, "b");
    List<Dirent> rest = parse(read(READDIR, all.get(3).offset(), 4096), 0);
    assertThat(rest).extracting(Dirent::name).containsExactly("c");
  }

  @Test
  void typesAreShown() throws Exception {
    files.put("file", new byte[0]);
    wire.call(MKDIR, ROOT, body().int32(0755, 0).text("directory"));
    wire.call(SYMLINK, ROOT, body().text("link", "target"));
    assertThat(readAll(READDIR, 4096)).extracting(Dirent::type).containsExactly(4, 4, 8, 4, 10);
  }

  @Test
  void plainReaddirCountsNoLookups() throws Exception {
    files.put("a", new byte[0]);
    readAll(READDIR, 4096);
    assertThat(files.lookups()).isZero();
  }

  @Test
  void readdirplusCountsOneLookupForEachEntryTaken() throws Exception {
    for (int i = 0; i < 100; i++) {
      files.put("file" + i, new byte[0]);
    }
    Answer some = read(READDIRPLUS, 0, 4096);
    long taken = parse(some, ENTRY_OUT).size() - 2;
    assertThat(taken).isBetween(1L, 99L);
    assertThat(files.lookups()).isEqualTo(taken);
    assertThat(some.int64(0)).as("node of .").isZero();
  }

  @Test
  void readdirplusThatNobodyWaitsForCountsNone() throws Exception {
    files.put("a", new byte[0]);
    wire.device.answer = ErrorCodes.ENOENT();
    read(READDIRPLUS, 0, 4096);
    assertThat(files.lookups()).isZero();
  }
}

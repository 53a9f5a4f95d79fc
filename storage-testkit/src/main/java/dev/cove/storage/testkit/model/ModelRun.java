package dev.cove.storage.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.testkit.model.FilesUnderTest.How;
import dev.cove.storage.testkit.model.FilesUnderTest.OpenFile;
import dev.cove.storage.testkit.model.FilesUnderTest.Stat;
import dev.cove.storage.testkit.model.FilesUnderTest.Type;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Does the same to a tree in memory and to real file systems, and compares every answer. */
final class ModelRun implements AutoCloseable {
  private static final String[] FOLDERS = {"", "d/", "e/", "d/d/", "e/d/"};
  private static final String[] NAMES = {"a", "b", "c", "d", "e"};
  private static final int[] MODES = {0700, 0755, 0711, 0750};
  private static final int MOST_OPEN = 8;
  private static final int LONGEST_WRITE = 300;
  private static final int FARTHEST = 700;

  private final ReferenceTree model = new ReferenceTree();
  private final Subject subject;
  private final List<Pair> open = new ArrayList<>();
  private final StringBuilder trace = new StringBuilder();

  /** An open file on both sides. */
  private static final class Pair {
    final ReferenceTree.Handle wanted;
    final OpenFile real;
    final How how;
    final String name;
    boolean lost; // the real one could not go on, as it may when its name is gone

    Pair(ReferenceTree.Handle wanted, OpenFile real, How how, String name) {
      this.wanted = wanted;
      this.real = real;
      this.how = how;
      this.name = name;
    }
  }

  ModelRun(Subject subject) {
    this.subject = subject;
  }

  String trace() {
    return trace.toString();
  }

  private interface Action<T> {
    @Nullable
    T run(FilesUnderTest files) throws Refused, IOException;
  }

  /** What came of an action: a value or an errno. */
  private record Outcome<T>(@Nullable T value, @Nullable Refused refused) {}

  private static <T> Outcome<T> outcome(FilesUnderTest files, Action<T> action) throws IOException {
    try {
      return new Outcome<>(action.run(files), null);
    } catch (Refused e) {
      return new Outcome<>(null, e);
    }
  }

  /** Does it on both sides and compares the errors; the values of success are for the caller. */
  private <T> @Nullable Both<T> both(String text, FilesUnderTest files, Action<T> action)
      throws IOException {
    trace.append(text);
    Outcome<T> wanted = outcome(model, action);
    trace.append(wanted.refused() == null ? "" : " -> " + wanted.refused().getMessage());
    trace.append('\n');
    Outcome<T> real = outcome(files, action);
    compare(text, wanted.refused(), real.refused());
    return wanted.refused() == null ? new Both<>(wanted.value(), real.value()) : null;
  }

  private record Both<T>(@Nullable T wanted, @Nullable T real) {}

  private static void compare(String text, @Nullable Refused wanted, @Nullable Refused real) {
    if (wanted == null) {
      assertThat(real == null ? null : real.getMessage())
          .as("errno of %s", text)
          .isNull();
    } else {
      assertThat(real == null ? "success" : real.getMessage())
          .as("errno of %s", text)
          .isIn(wanted.errnos());
    }
  }

  void operate(Operation op) throws IOException {
    FilesUnderTest files = subject.files(op.fourth());
    String path = path(op.first());
    switch (op.kind()) {
      case OPEN -> open(files, path, How.values()[op.second() % How.values().length]);
      case CLOSE -> withOpen(op, "close", this::close);
      case PWRITE -> withWritable(op, op.third() % FARTHEST);
      case APPEND -> withWritable(op, -1);
      case PREAD -> withOpen(op, "read", pair -> read(pair, op.third() % FARTHEST, op.second()));
      case FTRUNCATE -> ftruncate(op);
      case FSYNC -> withOpen(op, "fsync", pair -> onBoth(pair, "fsync", OpenFile::fsync));
      case WRITE_FILE -> {
        int size = op.third() % LONGEST_WRITE;
        How how = How.values()[op.second() % How.values().length];
        writeFile(files, path, how == How.READ ? How.REWRITE : how, 0, bytes(op, size));
      }
      case APPEND_FILE -> writeFile(files, path, How.EDIT, -1, bytes(op, 1 + op.third() % 50));
      case READ_FILE -> readFile(files, path);
      case TRUNCATE -> {
        if (!model.isLink(path)) {
          int size = op.third() % FARTHEST;
          both("truncate " + path + " " + size, files, fs -> none(() -> fs.truncate(path, size)));
        }
      }
      case RENAME -> {
        String to = path(op.second());
        both("rename " + path + " " + to, files, fs -> none(() -> fs.rename(path, to)));
      }
      case UNLINK -> both("unlink " + path, files, fs -> none(() -> fs.unlink(path)));
      case MKDIR -> both("mkdir " + path, files, fs -> none(() -> fs.mkdir(path)));
      case RMDIR -> both("rmdir " + path, files, fs -> none(() -> fs.rmdir(path)));
      case STAT -> stat(files, path);
      case LIST -> list(files, path);
      case CHMOD -> {
        if (!model.isLink(path)) {
          int mode = MODES[op.third() % MODES.length];
          both(
              "chmod " + path + " " + Integer.toOctalString(mode),
              files,
              fs -> none(() -> fs.chmod(path, mode)));
        }
      }
      case SET_MODIFIED -> {
        if (!model.isLink(path)) {
          long nanos = op.third() * 1_000_000_000L + op.second();
          both("touch " + path + " " + nanos, files, fs -> none(() -> fs.setModified(path, nanos)));
        }
      }
      case SYMLINK -> {
        String target = "nowhere-" + op.third();
        both("symlink " + path + " " + target, files, fs -> none(() -> fs.symlink(path, target)));
      }
      case READLINK -> {
        Both<String> links = both("readlink " + path, files, fs -> fs.readlink(path));
        if (links != null) {
          assertThat(links.real()).isEqualTo(links.wanted());
        }
      }
      case CHECK_ALL -> checkAll(files);
      case REMOUNT -> remount();
    }
    subject.settle();
  }

  private interface Work {
    void run() throws Refused, IOException;
  }

  private static @Nullable Object none(Work work) throws Refused, IOException {
    work.run();
    return null;
  }

  private static String path(int number) {
    return FOLDERS[number / NAMES.length % FOLDERS.length] + NAMES[number % NAMES.length];
  }

  private static byte[] bytes(Operation op, int size) {
    byte[] bytes = new byte[size];
    new Random(op.first() * 31L + op.fourth()).nextBytes(bytes);
    return bytes;
  }

  private void open(FilesUnderTest files, String path, How how) throws IOException {
    if (open.size() >= MOST_OPEN) {
      close(open.remove(0));
    }
    Both<OpenFile> opened = both("open " + path + " " + how, files, fs -> fs.open(path, how));
    if (opened != null && opened.wanted() instanceof ReferenceTree.Handle handle) {
      open.add(new Pair(handle, java.util.Objects.requireNonNull(opened.real()), how, path));
    }
  }

  private interface OnPair {
    void run(Pair pair) throws IOException;
  }

  private void withOpen(Operation op, String what, OnPair then) throws IOException {
    if (!open.isEmpty()) {
      Pair pair = what.equals("close")
          ? open.remove(op.second() % open.size())
          : open.get(op.second() % open.size());
      then.run(pair);
    }
  }

  private void withWritable(Operation op, int offset) throws IOException {
    List<Pair> writable = open.stream().filter(pair -> pair.how != How.READ).toList();
    if (!writable.isEmpty()) {
      Pair pair = writable.get(op.second() % writable.size());
      int at = offset < 0 ? pair.wanted.size() : offset;
      byte[] bytes = bytes(op, 1 + op.third() % LONGEST_WRITE);
      onBoth(pair, "write " + at + "+" + bytes.length, file -> file.write(at, bytes));
    }
  }

  private void ftruncate(Operation op) throws IOException {
    List<Pair> writable = open.stream().filter(pair -> pair.how != How.READ).toList();
    if (!writable.isEmpty()) {
      long size = op.third() % FARTHEST;
      onBoth(
          writable.get(op.second() % writable.size()),
          "ftruncate " + size,
          file -> file.truncate(size));
    }
  }

  private interface OnFile {
    void run(OpenFile file) throws Refused, IOException;
  }

  private void onBoth(Pair pair, String text, OnFile action) throws IOException {
    trace.append(text).append(" of open ").append(pair.name).append('\n');
    try {
      action.run(pair.wanted);
      if (!pair.lost) {
        action.run(pair.real);
      }
    } catch (Refused e) {
      lose(pair, text, e);
    }
  }

  /** A file whose name is gone may end, since a bucket keeps no object without a key. */
  private static void lose(Pair pair, String text, Refused e) {
    if (!pair.wanted.isOrphan() || !e.errnos().equals(Set.of("ESTALE"))) {
      throw new AssertionError(text + " of open " + pair.name + ": " + e.getMessage());
    }
    pair.lost = true;
  }

  private void close(Pair pair) throws IOException {
    trace.append("close ").append(pair.name).append('\n');
    try {
      pair.real.close();
    } catch (Refused e) {
      if (!pair.lost) {
        lose(pair, "close", e);
      }
    }
  }

  private void read(Pair pair, int offset, int number) throws IOException {
    int size = 1 + number % LONGEST_WRITE;
    String text = "read " + offset + "+" + size;
    trace.append(text).append(" of open ").append(pair.name).append('\n');
    if (pair.lost) {
      return;
    }
    try {
      byte[] real = pair.real.read(offset, size);
      assertThat(real)
          .as("%s of open %s", text, pair.name)
          .isEqualTo(pair.wanted.read(offset, size));
    } catch (Refused e) {
      lose(pair, text, e);
    }
  }

  private void writeFile(FilesUnderTest files, String path, How how, int offset, byte[] bytes)
      throws IOException {
    both("write to " + path + " " + how + " " + offset + "+" + bytes.length, files, fs -> {
      int at = offset;
      if (at < 0) {
        Stat stat = fs.stat(path);
        at = stat.type() == Type.FILE ? (int) stat.size() : 0;
      }
      OpenFile file = fs.open(path, how);
      // In two pieces, as programs do.
      int middle = bytes.length / 2;
      if (bytes.length > 0) {
        file.write(at, Arrays.copyOf(bytes, middle));
        file.write(at + (long) middle, Arrays.copyOfRange(bytes, middle, bytes.length));
      }
      file.close();
      return null;
    });
  }

  private void readFile(FilesUnderTest files, String path) throws IOException {
    Both<byte[]> read = both("read " + path, files, fs -> content(fs, path));
    if (read != null) {
      assertThat(read.real()).as("content of %s", path).isEqualTo(read.wanted());
    }
  }

  private static byte[] content(FilesUnderTest files, String path) throws Refused, IOException {
    OpenFile file = files.open(path, How.READ);
    try {
      return file.read(0, 1 << 16);
    } finally {
      file.close();
    }
  }

  private void stat(FilesUnderTest files, String path) throws IOException {
    Both<Stat> stats = both("stat " + path, files, fs -> fs.stat(path));
    if (stats != null) {
      compare(path, stats);
    }
  }

  private static void compare(String path, Both<Stat> stats) {
    Stat wanted = java.util.Objects.requireNonNull(stats.wanted());
    Stat real = java.util.Objects.requireNonNull(stats.real());
    assertThat(real.type()).as("type of %s", path).isEqualTo(wanted.type());
    assertThat(real.permissions()).as("mode of %s", path).isEqualTo(wanted.permissions());
    if (wanted.type() != Type.DIRECTORY) {
      assertThat(real.size()).as("size of %s", path).isEqualTo(wanted.size());
      if (wanted.modifiedNanos() != ReferenceTree.UNKNOWN) {
        assertThat(real.modifiedNanos()).as("mtime of %s", path).isEqualTo(wanted.modifiedNanos());
      }
    }
  }

  private void list(FilesUnderTest files, String path) throws IOException {
    Both<List<String>> names = both("list " + path, files, fs -> fs.list(path));
    if (names != null) {
      List<String> real = java.util.Objects.requireNonNull(names.real());
      assertThat(new TreeSet<>(real))
          .as("names in %s", path)
          .isEqualTo(new TreeSet<>(names.wanted()));
      assertThat(real).as("names in %s", path).doesNotHaveDuplicates();
    }
  }

  private void checkAll(FilesUnderTest files) throws IOException {
    list(files, "");
    for (String path : model.paths()) {
      stat(files, path);
      try {
        switch (model.stat(path).type()) {
          case DIRECTORY -> list(files, path);
          case FILE -> readFile(files, path);
          case LINK -> assertThat(files.readlink(path)).isEqualTo(model.readlink(path));
        }
      } catch (Refused e) {
        throw new AssertionError("readlink " + path, e);
      }
    }
  }

  private void remount() throws IOException {
    for (Pair pair : List.copyOf(open)) {
      close(pair);
    }
    open.clear();
    trace.append("remount\n");
    subject.remount();
    checkAll(subject.files(0));
  }

  /** Closes everything, looks at it with fresh eyes, and at what is stored. */
  void finish() throws IOException {
    remount();
    subject.checkStored(model);
  }

  @Override
  public void close() throws IOException {
    subject.close();
  }
}

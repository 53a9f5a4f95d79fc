package dev.cove.it.mount;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.testkit.model.FilesUnderTest;
import dev.cove.storage.testkit.model.ReferenceTree;
import dev.cove.storage.testkit.model.Refused;
import dev.cove.storage.testkit.model.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One or several mounts of one bucket, as the subject of random operations. */
public class Mounts implements Subject {
  private final BucketMount s3;
  private final int count;
  private final int factor;
  private final int remountEvery;
  private final Ending ending;
  private final String[] options;
  private final List<Path> mounted = new ArrayList<>();
  private final List<FilesUnderTest> files = new ArrayList<>();
  private int remounts;

  /** How a mount ends before a fresh one begins. */
  public enum Ending {
    UNMOUNT,
    /** By turns in order and by a kill. */
    KILL_EVERY_OTHER
  }

  /**
   * @param s3 the bucket; closed with this
   * @param factor how many bytes of a file stand for one of the model
   * @param remountEvery of that many times that are asked for: processes end and begin with each, which
   *     takes longer than all operations between two
   */
  public Mounts(
      BucketMount s3, int count, int factor, int remountEvery, Ending ending, String... options)
      throws IOException {
    this.s3 = s3;
    this.count = count;
    this.factor = factor;
    this.remountEvery = remountEvery;
    this.ending = ending;
    this.options = options;
    begin();
  }

  private void begin() throws IOException {
    perform(() -> {
      for (int i = 0; i < count; i++) {
        Path where = s3.mountAgain(options);
        mounted.add(where);
        MountFiles mountFiles = new MountFiles(
            where, count > 1 ? MountFiles.Attributes.AT_ONCE : MountFiles.Attributes.SOON);
        files.add(factor == 1 ? mountFiles : new StretchedFiles(mountFiles, factor));
      }
    });
  }

  @Override
  public FilesUnderTest files(int number) {
    return files.get(number % count);
  }

  @Override
  public void settle() {
    // Each call that returned is stored; changes of attributes were waited for.
  }

  @Override
  public void remount() throws IOException {
    if (remounts++ % remountEvery != 0) {
      return;
    }
    perform(() -> {
      boolean killing = ending == Ending.KILL_EVERY_OTHER && remounts % (2 * remountEvery) == 1;
      for (Path where : mounted) {
        if (killing) {
          s3.kill(where);
          killed();
        } else {
          s3.unmount(where);
        }
      }
    });
    mounted.clear();
    files.clear();
    begin();
  }

  /** No close of a program waits until a new file without bytes is in the bucket. */
  private void awaitEmptyFiles(Path where) throws Exception {
    try (Stream<Path> files = Files.walk(where)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (Files.isRegularFile(file, NOFOLLOW_LINKS) && Files.size(file) == 0) {
          String key = where.relativize(file).toString();
          BucketMount.eventually(() -> assertThat(s3.keys(key)).contains(key));
        }
      }
    }
  }

  /** A mount was killed. */
  protected void killed() {}

  @Override
  public void checkStored(ReferenceTree wanted) throws IOException {
    List<String> paths = wanted.paths();
    perform(() -> {
      for (Path where : mounted) {
        awaitEmptyFiles(where);
      }
    });
    for (String path : paths) {
      try {
        if (wanted.stat(path).type() != FilesUnderTest.Type.DIRECTORY) {
          byte[] bytes = s3.bytes(path);
          boolean stretched = wanted.stat(path).type() == FilesUnderTest.Type.FILE;
          assertThat(stretched ? StretchedFiles.shrunk(bytes, factor) : bytes)
              .as("object %s", path)
              .isEqualTo(wanted.content(path));
        }
      } catch (Refused e) {
        throw new AssertionError(path, e);
      }
    }
    // What was unlinked while it was open goes a moment after the last close.
    perform(() -> BucketMount.eventually(() -> assertThat(s3.keys(""))
        .as("objects")
        .allMatch(
            key -> paths.contains(key.endsWith("/") ? key.substring(0, key.length() - 1) : key))));
  }

  @Override
  public void close() throws IOException {
    perform(s3::close);
  }

  private static void perform(BucketMount.Check work) throws IOException {
    try {
      work.run();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}

package dev.cove.it.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.testkit.model.FilesUnderTest;
import dev.cove.storage.testkit.model.ModelCheck;
import dev.cove.storage.testkit.model.Operation;
import dev.cove.storage.testkit.model.Operation.Handles;
import dev.cove.storage.testkit.model.ReferenceTree;
import dev.cove.storage.testkit.model.Refused;
import dev.cove.storage.testkit.model.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Random operations on real mounts against a tree in memory. */
class BucketModelIT {
  private static final String[] ONE = {"--rw"};
  private static final String[] SEVERAL = {"--rw", "--ttl", "0s", "--negative-ttl", "0s"};
  private static final String[] SMALL_PARTS = {"--rw", "--part-size", "5m"};
  // A file of the model then has up to 20 MB: four parts.
  private static final int STRETCHED = 20_011;
  // Two processes end and begin with each: most of the time would go there.
  private static final int REMOUNT_EVERY = 25;
  private static final int OLDEST_JAVA = 17;
  private static final int SOAK = Integer.getInteger("cove.model.seed", 1_000);

  @TempDir
  private Path temp;

  private int made;

  private TestCloud cloud;

  @BeforeEach
  void choose(TestInfo test) {
    cloud = TestCloud.of(test);
  }

  /** All of them on one cloud and one runtime; elsewhere one is enough. */
  private int seeds(int all) {
    return cloud == TestCloud.S3 && Runtime.version().feature() > OLDEST_JAVA ? all : 1;
  }

  @Test
  void aMountDoesAsAPosixFileSystemDoes() {
    run(1, ONE, 1, Handles.KEPT_OPEN, 0, seeds(6), 1_000);
  }

  @Test
  void twoMountsOfOneBucketDoAsOneFileSystemDoes() {
    run(2, SEVERAL, 1, Handles.CLOSED_AT_ONCE, 0, seeds(4), 1_000);
  }

  @Tag("soak")
  @Test
  void filesOfSeveralPartsDoAsThoseOfAPosixFileSystemDo() {
    run(1, SMALL_PARTS, STRETCHED, Handles.KEPT_OPEN, 0, 1, 100);
  }

  @Tag("soak")
  @Test
  void mountsDoAsPosixFileSystemsDoForLong() {
    run(1, ONE, 1, Handles.KEPT_OPEN, SOAK, 20, 30_000);
    run(2, SEVERAL, 1, Handles.CLOSED_AT_ONCE, SOAK, 20, 15_000);
    run(1, SMALL_PARTS, STRETCHED, Handles.KEPT_OPEN, SOAK, 20, 5_000);
  }

  private void run(
      int mounts,
      String[] options,
      int factor,
      Handles handles,
      int firstSeed,
      int seeds,
      int operations) {
    ModelCheck check = new ModelCheck(() -> new Mounts(mounts, factor, options), 20);
    for (int seed = firstSeed; seed < firstSeed + seeds; seed++) {
      check.run(mounts + " mounts, seed " + seed, Operation.random(seed, operations, handles));
    }
  }

  private final class Mounts implements Subject {
    private final BucketMount s3;
    private final int count;
    private final int factor;
    private int remounts;
    private final String[] options;
    private final List<Path> mounted = new ArrayList<>();
    private final List<FilesUnderTest> files = new ArrayList<>();

    Mounts(int count, int factor, String... options) throws IOException {
      this.s3 = new BucketMount(Files.createDirectory(temp.resolve("run-" + made++)), cloud);
      this.count = count;
      this.factor = factor;
      this.options = options;
      begin();
    }

    private void begin() throws IOException {
      try {
        for (int i = 0; i < count; i++) {
          Path where = s3.mountAgain(options);
          mounted.add(where);
          MountFiles mountFiles = new MountFiles(
              where, count > 1 ? MountFiles.Attributes.AT_ONCE : MountFiles.Attributes.SOON);
          files.add(factor == 1 ? mountFiles : new StretchedFiles(mountFiles, factor));
        }
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
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
      if (remounts++ % REMOUNT_EVERY != 0) {
        return;
      }
      try {
        for (Path where : mounted) {
          s3.unmount(where);
        }
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
      mounted.clear();
      files.clear();
      begin();
    }

    @Override
    public void checkStored(ReferenceTree wanted) throws IOException {
      List<String> paths = wanted.paths();
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
      assertThat(s3.keys(""))
          .as("objects")
          .allMatch(
              key -> paths.contains(key.endsWith("/") ? key.substring(0, key.length() - 1) : key));
    }

    @Override
    public void close() throws IOException {
      try {
        s3.close();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}

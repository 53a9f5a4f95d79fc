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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random operations on real mounts against a tree in memory. */
final class BucketModelIT {
  private static final String[] ONE = {"--rw"};
  private static final String[] SEVERAL = {"--rw", "--ttl", "0s", "--negative-ttl", "0s"};

  @TempDir
  private Path temp;

  private int made;

  @Test
  void aMountDoesAsAPosixFileSystemDoes() {
    run(1, ONE, Handles.KEPT_OPEN, 1, 600);
  }

  @Test
  void twoMountsOfOneBucketDoAsOneFileSystemDoes() {
    run(2, SEVERAL, Handles.CLOSED_AT_ONCE, 1, 200);
  }

  @Tag("soak")
  @Test
  void mountsDoAsPosixFileSystemsDoForLong() {
    run(1, ONE, Handles.KEPT_OPEN, 20, 1000);
    run(2, SEVERAL, Handles.CLOSED_AT_ONCE, 10, 500);
  }

  private void run(int mounts, String[] options, Handles handles, int seeds, int operations) {
    ModelCheck check = new ModelCheck(() -> new Mounts(mounts, options), 20);
    for (int seed = 0; seed < seeds; seed++) {
      check.run(mounts + " mounts, seed " + seed, Operation.random(seed, operations, handles));
    }
  }

  private final class Mounts implements Subject {
    private final BucketMount s3;
    private final int count;
    private final String[] options;
    private final List<Path> mounted = new ArrayList<>();
    private final List<FilesUnderTest> files = new ArrayList<>();

    Mounts(int count, String... options) throws IOException {
      this.s3 = new BucketMount(Files.createDirectory(temp.resolve("run-" + made++)));
      this.count = count;
      this.options = options;
      begin();
    }

    private void begin() throws IOException {
      try {
        for (int i = 0; i < count; i++) {
          Path where = s3.mountAgain(options);
          mounted.add(where);
          files.add(new MountFiles(
              where, count > 1 ? MountFiles.Attributes.AT_ONCE : MountFiles.Attributes.SOON));
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
            assertThat(s3.bytes(path)).as("object %s", path).isEqualTo(wanted.content(path));
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

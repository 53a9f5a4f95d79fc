package dev.cove.it.mount;

import dev.cove.storage.testkit.model.ModelCheck;
import dev.cove.storage.testkit.model.Operation;
import dev.cove.storage.testkit.model.Operation.Handles;
import java.nio.file.Files;
import java.nio.file.Path;
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
    ModelCheck check = new ModelCheck(
        () -> new Mounts(
            new BucketMount(Files.createDirectory(temp.resolve("run-" + made++)), cloud),
            mounts,
            factor,
            REMOUNT_EVERY,
            Mounts.Ending.UNMOUNT,
            options),
        20);
    for (int seed = firstSeed; seed < firstSeed + seeds; seed++) {
      check.run(mounts + " mounts, seed " + seed, Operation.random(seed, operations, handles));
    }
  }
}

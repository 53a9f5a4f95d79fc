package dev.cove.it.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A directory of a hundred thousand files. */
class LargeDirectoryIT {
  private static final int FILES = 100_000;

  @TempDir
  private Path temp;

  @Test
  void aHundredThousandFilesAreListedInBoundedMemoryWithoutAHead(TestInfo test) throws Exception {
    TestCloud cloud = TestCloud.of(test);
    boolean google = cloud == TestCloud.GCS;
    try (EndlessBucket endless = google ? new GcsEndlessBucket(FILES) : new EndlessBucket(FILES);
        BucketMount bucket = new BucketMount(temp, cloud)) {
      // The largest heap it may take, all of the listing included.
      bucket
          .with("COVE_JAVA_OPTS", "-Xmx96m")
          .mount("--endpoint-url", endless.endpoint().toString(), "--memory", "16m");
      endless.requests.clear();
      assertThat(bucket.sh("ls -f $M/d | wc -l")).isEqualTo(Integer.toString(FILES + 2));
      assertThat(bucket.sh("ls -l $M/d | grep -c ' 1 Jan'")).isEqualTo(Integer.toString(FILES));
      assertThat(bucket.sh("find $M -type f | sort -u | wc -l")).isEqualTo(Integer.toString(FILES));
      assertThat(endless.requests).containsOnly("LIST");
      // 100 pages each time at most, and the kernel's look-ups in between.
      assertThat(endless.requests.size()).isLessThan(350);
      assertThat(bucket.sh("cat $M/d/099999")).isEqualTo("x");
    }
  }
}

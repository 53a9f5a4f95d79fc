package dev.cove.mount;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A bucket in memory for each test, mounted as the class says. */
abstract class MountedBucketTest {
  @TempDir
  Path folder;

  TestBucket bucket;
  BucketFileSystem fs;
  Paths paths;

  /** Mounts a bucket and puts in it what the tests find there. */
  abstract BucketFileSystem mount(TestBucket bucket) throws IOException;

  @BeforeEach
  final void mount() throws IOException {
    remount(new TestBucket(folder));
  }

  final void remount(TestBucket other) throws IOException {
    bucket = other;
    fs = mount(other);
    paths = new Paths(fs);
  }

  @AfterEach
  final void unmount() throws IOException {
    bucket.close();
  }
}

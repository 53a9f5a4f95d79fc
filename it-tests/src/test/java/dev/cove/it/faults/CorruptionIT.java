package dev.cove.it.faults;

import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.PUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.BucketMount.Running;
import dev.cove.storage.testkit.proxy.ProxyFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bits flip on the wire and on the disk: wrong bytes reach neither a program nor the bucket. */
@Tag("newest-jdk")
final class CorruptionIT extends ProxiedBucket {
  private static final int SIZE = 300_000;

  @BeforeEach
  void fill() throws Exception {
    byte[] small = new byte[SIZE];
    new Random(4).nextBytes(small);
    Files.write(s3.local.resolve("small"), small);
    s3.put("small", small);
    s3.put("edited", Arrays.copyOf(small, 100_000));
  }

  @Test
  void aBitThatFlipsOnTheWayIsNoticedAndTheBytesAreSentAgain() throws Exception {
    s3.mount("--rw");
    ProxyFault up = proxy.on(PUT).key("sent").once().flipRequestBit(100_000);
    s3.sh("cp $T/small $M/sent; cmp $T/small $M/sent");
    assertThat(up.strikes()).isEqualTo(1);
    assertThat(s3.bytes("sent")).isEqualTo(Files.readAllBytes(s3.local.resolve("small")));

    ProxyFault down = proxy.on(GET).key("small").once().flipAnswerBit(SIZE - 1);
    s3.sh("cmp $T/small $M/small");
    assertThat(down.strikes()).isEqualTo(1);

    // What an edit keeps of an object goes back into it.
    ProxyFault kept = proxy.on(GET).key("edited").once().flipAnswerBit(50_000);
    s3.sh("head -c 100000 $T/small > $T/edited; for f in $T/edited $M/edited; do"
        + " printf EDIT | dd of=$f bs=1 seek=1000 conv=notrunc 2>/dev/null; done");
    assertThat(kept.strikes()).isEqualTo(1);
    assertThat(s3.bytes("edited")).isEqualTo(Files.readAllBytes(s3.local.resolve("edited")));
  }

  @Test
  void bytesThatNeverArriveWholeAreAnErrorAndNotServed() throws Exception {
    s3.mount();
    ProxyFault down = proxy.on(GET).key("small").flipAnswerBit(SIZE - 1);
    BucketMount.Result read = s3.run("head -c 1000 $M/small | wc -c; exit ${PIPESTATUS[0]}");
    assertThat(read.exit()).isNotZero();
    assertThat(read.output()).contains("Input/output error").endsWith("0");
    assertThat(down.strikes()).isGreaterThan(1);
    proxy.heal();
    s3.sh("cmp $T/small $M/small");
  }

  @Test
  void aBitThatFlipsInTheSpoolIsToldAndNothingWrongIsStored() throws Exception {
    // Five minutes are there to drain, which a damaged file does not use up.
    s3.mount("--rw", "--retries", "0");
    ProxyFault failing = proxy.on(PUT).answerS3(500, "InternalError");
    assertThat(s3.run("echo whole | dd of=$M/whole").exit()).isNotZero();
    Running writer = s3.start("python3", "-c", """
        import errno, os, time
        M, T = os.environ['M'], os.environ['T']
        fd = os.open(M + '/staged', os.O_RDWR | os.O_CREAT)
        os.write(fd, open(T + '/small', 'rb').read())
        for step in 'failed', 'damaged':
          try:
            os.fsync(fd)
            print('stored')
          except OSError as e:
            print(errno.errorcode[e.errno])
          open(T + '/' + step, 'w').close()
          while not os.path.exists(T + '/go-' + step): time.sleep(0.05)
        """);
    BucketMount.eventually(() -> assertThat(s3.local.resolve("failed")).exists());
    assertThat(failing.strikes()).isPositive();
    proxy.heal();
    assertThat(flipOneBitOfLargeFiles(temp.resolve("home"))).isPositive();
    Files.createFile(s3.local.resolve("go-failed"));
    Files.createFile(s3.local.resolve("go-damaged"));
    assertThat(writer.await().output()).isEqualTo("EIO\nEIO");
    BucketMount.Result unmounted = s3.cove("unmount", s3.directory.toString());
    assertThat(unmounted.exit()).as(unmounted.output()).isEqualTo(4);
    assertThat(unmounted.output()).contains("1 file could not be stored", "staged");
    s3.forget(s3.directory);
    assertThat(s3.text("whole")).isEqualTo("whole\n");
    assertThat(s3.cove("recover", "--list").output()).contains("/staged ");
    assertThat(s3.cove("recover", "--upload").exit()).isEqualTo(4);
    assertThat(s3.keys("staged")).as("nothing but the bytes that were written").isEmpty();
    assertThat(s3.cove("recover", "--discard", "--yes").exit()).isZero();
    assertThat(s3.cove("recover", "--list").output()).isEmpty();
  }

  @Test
  void aBitThatFlipsInTheDiskCacheIsNoticedAndTheBytesAreFetchedAgain() throws Exception {
    String cache = temp.resolve("cache").toString();
    s3.mount("--cache-dir", cache);
    s3.sh("cmp $T/small $M/small");
    s3.unmount(s3.directory);
    assertThat(flipOneBitOfLargeFiles(Path.of(cache))).isPositive();
    proxy.take();
    s3.mount("--cache-dir", cache);
    s3.sh("cmp $T/small $M/small");
    assertThat(proxy.take()).anyMatch(line -> line.startsWith("GET small"));
    s3.unmount(s3.directory);
    s3.mount("--cache-dir", cache);
    s3.sh("cmp $T/small $M/small");
    assertThat(proxy.take()).as("it was kept anew").noneMatch(line -> line.startsWith("GET small"));
  }

  /** Returns of how many. */
  private static int flipOneBitOfLargeFiles(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> Files.isRegularFile(file) && isData(file)).toList();
    }
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[SIZE / 2] ^= 4;
      Files.write(file, bytes, StandardOpenOption.WRITE);
    }
    return files.size();
  }

  private static boolean isData(Path file) {
    String path = file.toString();
    return file.toFile().length() > SIZE / 2
        && !path.contains("/classes")
        && !path.endsWith(".log");
  }
}

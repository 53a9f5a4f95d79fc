package dev.cove.it.faults;

import static dev.cove.storage.StoreOperation.CREATE_UPLOAD;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** There is too little of something, or too much of it. */
@Tag("newest-jdk")
final class LimitsIT extends ProxiedBucket {
  // A writer waits a minute for room.
  @Tag("soak")
  @Test
  void aFullDiskUnderTheSpoolIsToldAndCostsNothingThatWasAcknowledged() throws Exception {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    // 256 MiB are left free for others.
    s3.sh("mount -t tmpfs -o size=300m,mode=700 tmpfs " + disk);
    try {
      s3.with("COVE_HOME", disk.toString());
      s3.mount("--rw", "--retries", "0", "--drain-timeout", "1s");
      s3.sh("echo acknowledged | dd of=$M/before 2>/dev/null");
      s3.put("edited", "old\n");
      proxy.on(PUT, CREATE_UPLOAD, UPLOAD_PART).answerS3(500, "InternalError");
      BucketMount.Result full = s3.run("dd if=/dev/zero of=$M/large bs=1M count=100 2>&1");
      assertThat(full.exit()).isNotZero();
      assertThat(full.output()).containsAnyOf("No space left", "Input/output error");
      assertThat(s3.run("echo new | dd of=$M/edited 2>&1").exit()).isNotZero();
      proxy.heal();
      s3.sh("rm $M/large; echo new | dd of=$M/edited 2>/dev/null; cat $M/before");
      s3.sh(
          "head -c 30000000 /dev/urandom > $T/large; cp $T/large $M/large; cmp $T/large $M/large");
      assertThat(s3.text("before")).isEqualTo("acknowledged\n");
      assertThat(s3.text("edited")).isEqualTo("new\n");
      assertThat(s3.bytes("large")).isEqualTo(Files.readAllBytes(s3.local.resolve("large")));
      s3.unmount(s3.directory);
    } finally {
      s3.sh("umount -l " + disk);
    }
  }

  @Test
  void manyWritersAndReadersInLittleMemoryAllEnd() throws Exception {
    byte[] read = new byte[8 << 20];
    new Random(5).nextBytes(read);
    for (int i = 0; i < 8; i++) {
      s3.put("read" + i, read);
    }
    Files.write(s3.local.resolve("read"), read);
    s3.mount("--rw", "--memory", "64m", "--part-size", "5m");
    String done = s3.python("""
        wanted = open(T + '/read', 'rb').read()
        failed = []
        def write(i):
          try:
            block = bytes([i]) * 65536
            with open(M + '/written%d' % i, 'wb', 0) as f:
              for k in range(6 if i % 20 else 100): f.write(block)
          except BaseException as e: failed.append(e)
        def read(i):
          try:
            with open(M + '/read%d' % (i % 8), 'rb') as f:
              f.seek(i * 100000)
              assert f.read() == wanted[i * 100000:]
          except BaseException as e: failed.append(e)
        all = [threading.Thread(target=write, args=(i,)) for i in range(200)]
        all += [threading.Thread(target=read, args=(i,)) for i in range(64)]
        for t in all: t.start()
        for t in all: t.join()
        assert not failed, failed
        print('done')
        """);
    assertThat(done).isEqualTo("done");
    for (int i : new int[] {0, 1, 20, 199}) {
      byte[] stored = s3.bytes("written" + i);
      assertThat(stored).hasSize(65536 * (i % 20 == 0 ? 100 : 6)).containsOnly(i);
    }
  }

  @Test
  void pathsAsDeepAsAKeyIsLongWork() throws Exception {
    s3.mount("--rw");
    s3.python("""
        os.chdir(M)
        path = ('d' * 9 + '/') * 100
        os.makedirs(path)
        open(path + 'f', 'w').write('deep')
        assert open(path + 'f').read() == 'deep'
        try:
          os.makedirs(path + 'd' * 40)
          sys.exit('a key of 1,040 bytes')
        except OSError as e:
          assert e.errno == errno.ENAMETOOLONG, e
        os.rename(path[:19], 'e')
        path = 'e/' + path[20:]
        assert open(path + 'f').read() == 'deep'
        """);
    s3.sh("rm -r $M/ddddddddd $M/e; test -z \"$(ls -A $M)\"");
    assertThat(s3.keys("")).isEmpty();
  }

  @Test
  void filesThatAreOpenAtOnceAndADirectoryThatIsRemovedWhileItIsListed() throws Exception {
    openAtOnce(300);
    removeWhileListed(1_500);
  }

  @Tag("soak")
  @Test
  void tenThousandFilesAreOpenAtOnce() throws Exception {
    openAtOnce(10_000);
  }

  @Tag("soak")
  @Test
  void aDirectoryOfAHundredThousandIsRemovedWhileItIsListed() throws Exception {
    removeWhileListed(100_000);
  }

  private void openAtOnce(int count) throws Exception {
    s3.mount("--rw");
    s3.python("""
        import resource
        count = COUNT
        resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))
        files = [open(M + '/open%d' % i, 'w+', 1) for i in range(count)]
        for i, f in enumerate(files): f.write('%d\\n' % i)
        for i, f in enumerate(files):
          f.seek(0)
          assert f.read() == '%d\\n' % i
        def close(part):
          for f in part: f.close()
        all = [threading.Thread(target=close, args=(files[i::32],)) for i in range(32)]
        for t in all: t.start()
        for t in all: t.join()
        """.replace("COUNT", Integer.toString(count)));
    assertThat(s3.keys("open")).hasSize(count);
    assertThat(s3.text("open" + (count - 1))).isEqualTo(count - 1 + "\n");
    s3.unmount(s3.directory);
  }

  private void removeWhileListed(int count) throws Exception {
    IntStream.range(0, count).parallel().forEach(number -> {
      try {
        s3.put("full/%06d".formatted(number), "");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    s3.mount("--rw");
    proxy.take();
    long start = System.nanoTime();
    String seen = s3.python("""
        entries, seen = os.scandir(M + '/full'), []
        for i in range(100): seen.append(next(entries).name)
        names = os.listdir(M + '/full')
        def remove(part):
          for name in part: os.unlink(M + '/full/' + name)
        all = [threading.Thread(target=remove, args=(names[i::32],)) for i in range(32)]
        for t in all: t.start()
        for entry in entries: seen.append(entry.name)
        for t in all: t.join()
        assert len(seen) == len(set(seen)), 'a name twice'
        assert set(seen) <= set(names), 'a name that never was'
        os.rmdir(M + '/full')
        print(len(names))
        """, Duration.ofMinutes(10));
    List<String> requests = proxy.take();
    System.out.printf(
        "%d entries removed while they were listed in %d s, %d requests, %d of them lists%n",
        count,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
        requests.size(),
        requests.stream().filter(request -> request.startsWith("LIST")).count());
    assertThat(seen).isEqualTo(Integer.toString(count));
    assertThat(s3.keys("full")).isEmpty();
  }
}

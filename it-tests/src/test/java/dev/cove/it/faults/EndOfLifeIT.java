package dev.cove.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.BucketMount.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A mount ends while there are bytes that the bucket does not have. */
@Tag("newest-jdk")
final class EndOfLifeIT extends ProxiedBucket {
  @Test
  void whatADeadEndpointDoesNotTakeIsKeptAndTheNextMountSaysSo() throws Exception {
    Files.createDirectories(s3.directory);
    String cove = s3.launcherPath();
    Running mount = s3.start(
        "bash",
        "-c",
        "exec '" + cove + "' mount --foreground --rw --retries 0"
            + " --connect-timeout 1s --stall-timeout 1s --drain-timeout 2s s3://$B $M");
    BucketMount.eventually(() -> s3.sh("mountpoint -q $M"));
    Running writer = s3.start("python3", "-c", """
        import os, time
        M, T = os.environ['M'], os.environ['T']
        fd = os.open(M + '/pending', os.O_RDWR | os.O_CREAT)
        os.write(fd, b'pending\\n')
        open(T + '/written', 'w').close()
        while not os.path.exists(T + '/down'): time.sleep(0.05)
        try:
          os.close(fd)
        except OSError as e:
          print(os.strerror(e.errno))
        """);
    BucketMount.eventually(() -> assertThat(s3.local.resolve("written")).exists());
    proxy.goDown();
    Files.createFile(s3.local.resolve("down"));
    assertThat(writer.await().output()).isEqualTo("Input/output error");
    mount.process().destroy(); // SIGTERM
    BucketMount.Result ended = mount.await();
    assertThat(ended.exit()).as(ended.output()).isEqualTo(4);
    assertThat(ended.output()).contains("pending").contains("cove recover");
    proxy.heal();

    BucketMount.Result again = s3.cove("mount", "--rw", s3.uri(), s3.directory.toString());
    assertThat(again.exit()).as(again.output()).isZero();
    assertThat(again.output()).contains("1 file").contains("cove recover");
    assertThat(s3.cove("unmount", s3.directory.toString()).exit()).isZero();
    assertThat(s3.cove("recover", "--upload").exit()).isZero();
    assertThat(s3.text("pending")).isEqualTo("pending\n");
  }

  @Test
  void unmountIsRefusedFromInsideAndElseStoresWhatPends() throws Exception {
    s3.mount("--rw");
    s3.sh("echo x | dd of=$M/x 2>/dev/null");
    BucketMount.Result inside = s3.run("cd $M && '" + s3.launcherPath() + "' unmount $M");
    assertThat(inside.exit()).isEqualTo(1);
    assertThat(inside.output()).contains("in use");
    assertThat(s3.sh("cat $M/x")).isEqualTo("x");
    storeMapped(64 << 20);
  }

  @Tag("soak")
  @Test
  void unmountWaitsForTwoGibibytesAndStoresThem() throws Exception {
    s3.mount("--rw");
    storeMapped(2L << 30);
  }

  /** Mapped bytes are written back by no close, so the release and the end of the mount have to. */
  private void storeMapped(long size) throws Exception {
    s3.python("""
        size, piece = SIZE, 16 << 20
        block = random.Random(6).randbytes(piece)
        fd = os.open(M + '/mapped', os.O_RDWR | os.O_CREAT)
        os.ftruncate(fd, size)
        m = mmap.mmap(fd, size)
        os.close(fd)
        with open(T + '/mapped', 'wb') as local:
          for at in range(0, size, piece):
            m[at:at + piece] = block
            local.write(block)
            block = block[1:] + block[:1]
        """.replace("SIZE", Long.toString(size)));
    s3.unmount(s3.directory);
    Path again = s3.mountAgain();
    s3.sh("cmp $T/mapped " + again.resolve("mapped"));
  }

  @Test
  void aMountPointThatIsDeletedLosesNothing() throws Exception {
    s3.mount("--rw");
    ProcessHandle process = BucketMount.process(s3.directory);
    Running writer = s3.start("python3", "-c", """
        import os, time
        M, T = os.environ['M'], os.environ['T']
        f = open(M + '/pending', 'w')
        f.write('pending\\n'); f.flush()
        open(T + '/written', 'w').close()
        while os.path.exists(M): time.sleep(0.05)
        f.write('more\\n'); f.close()
        """);
    BucketMount.eventually(() -> assertThat(s3.local.resolve("written")).exists());
    // Where it is not mounted it can be removed, and is then mounted nowhere any more.
    s3.sh("unshare -m --propagation private bash -c 'umount -l $M && rmdir $M'");
    assertThat(writer.await().output()).isEmpty();
    process.onExit().get(60, TimeUnit.SECONDS);
    s3.forget(s3.directory);
    assertThat(s3.text("pending")).isEqualTo("pending\nmore\n");
    assertThat(s3.cove("mounts", "--json").output()).isEqualTo("[]");
    assertThat(s3.cove("recover", "--json").output()).isEqualTo("[]");
  }

  @Test
  void aHeapThatIsUsedUpEndsTheMountAndWhatFsyncAcknowledgedIsStored() throws Exception {
    // The objects that an archive of classes holds do not fit in so small a heap.
    s3.with("COVE_JAVA_OPTS", "-Xmx16m -XX:+IgnoreUnrecognizedVMOptions -XX:AOTMode=off");
    s3.mount("--rw", "--memory", "16m");
    ProcessHandle process = BucketMount.process(s3.directory);
    String stored = s3.python("""
        import resource
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        files, stored = [], []
        try:
          for i in range(most - 100):
            files.append(os.open(M + '/%d' % i, os.O_RDWR | os.O_CREAT))
            os.write(files[i], b'%d' % i)
            if i % 50 == 0:
              os.fsync(files[i])
              stored.append(i)
        except OSError as e:
          assert e.errno in (errno.EIO, errno.ENOTCONN, errno.ECONNABORTED), e
        print(*stored)
        """);
    process.onExit().get(60, TimeUnit.SECONDS);
    s3.forget(s3.directory);
    assertThat(s3.sh("cat $(find $COVE_HOME -name '*.log')")).contains("Java heap space");

    s3.with("COVE_JAVA_OPTS", "");
    s3.mount("--rw");
    assertThat(stored.split(" "))
        .hasSizeGreaterThan(2)
        .allSatisfy(name -> assertThat(s3.text(name)).isEqualTo(name));
    s3.sh("ls $M > /dev/null; echo on > $M/on");
    s3.unmount(s3.directory);
    assertThat(s3.cove("recover", "--upload").exit()).isZero();
    // Of the others there are many; none of them is another's or half.
    assertThat(s3.keys(""))
        .hasSizeGreaterThan(10 * stored.split(" ").length)
        .allSatisfy(name -> assertThat(s3.text(name).strip()).isEqualTo(name));
  }
}

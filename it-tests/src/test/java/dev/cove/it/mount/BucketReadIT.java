package dev.cove.it.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Objects that other tools made, read by ordinary programs. */
class BucketReadIT {
  private static final int LARGE = 64 << 20;

  @TempDir
  static Path temp;

  private static BucketMount s3;

  @BeforeAll
  static void mount(TestInfo test) throws Exception {
    s3 = new BucketMount(temp, TestCloud.of(test));
    byte[] large = new byte[LARGE + 12_345];
    new Random(1).nextBytes(large);
    Files.write(s3.local.resolve("large"), large);
    s3.sh("""
        mkdir -p $T/tree/sub/deep $T/tree/many
        echo needle > $T/tree/sub/deep/n.txt
        : > $T/tree/empty
        for i in $(seq 300); do echo "file $i" > $T/tree/many/$i.txt; done
        rclone copyto $T/large cloud:$B/large
        rclone copy $T/tree cloud:$B/tree
        """);
    s3.mount("--ttl", "1s", "--negative-ttl", "1s");
  }

  @AfterAll
  static void unmount() throws Exception {
    s3.close();
  }

  @Test
  void aLargeObjectOfRcloneIsTheSameByCpMmapAndEightThreads() throws Exception {
    s3.sh("cp $M/large $T/copy && cmp $T/large $T/copy && rm $T/copy");
    assertSameEverywhere("large");
  }

  private static void assertSameEverywhere(String name) throws Exception {
    s3.python("""
        name = '%s'
        with open(T + '/' + name, 'rb') as a, open(M + '/' + name, 'rb') as b:
          x = mmap.mmap(a.fileno(), 0, prot=mmap.PROT_READ)
          y = mmap.mmap(b.fileno(), 0, prot=mmap.PROT_READ)
          step = 1 << 20
          for at in range(0, len(x), step):
            assert x[at:at + step] == y[at:at + step], at
        size = os.path.getsize(T + '/' + name)
        wrong = []
        def read(seed):
          r = random.Random(seed)
          a = os.open(T + '/' + name, os.O_RDONLY)
          b = os.open(M + '/' + name, os.O_RDONLY)
          for _ in range(300):
            at, n = r.randrange(size), r.randrange(1, 200000)
            if os.pread(a, n, at) != os.pread(b, n, at): wrong.append(at)
        threads = [threading.Thread(target=read, args=(i,)) for i in range(8)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert not wrong, wrong
        """.formatted(name));
  }

  @Tag("soak")
  @Test
  void aGibibyteOfRcloneIsTheSameByCpMmapAndEightThreads() throws Exception {
    // fake-gcs-server appends in memory, and copies all of it each time.
    assumeTrue(s3.cloud() == TestCloud.S3, "fake-gcs-server keeps objects in memory");
    s3.sh("""
        head -c 1073741824 /dev/urandom > $T/gib
        rclone copyto $T/gib cloud:$B/gib
        sleep 2
        cmp $T/gib $M/gib
        """);
    assertSameEverywhere("gib");
    s3.bucket.delete("gib", dev.cove.storage.WriteCondition.none());
  }

  @Test
  void treesAreListedSearchedAndCopied() throws Exception {
    s3.sh("""
        diff -r $T/tree $M/tree
        test "$(ls $M/tree)" = "$(printf 'empty\\nmany\\nsub')"
        test "$(find $M/tree -type f | wc -l)" = 302
        test "$(grep -rl needle $M/tree)" = $M/tree/sub/deep/n.txt
        cp -r $M/tree $T/cp && diff -r $T/tree $T/cp
        rsync -a $M/tree/ $T/rsync/ && diff -r $T/tree $T/rsync
        test -z "$(rsync -ai $M/tree/ $T/rsync/)"
        mkdir $T/tar && tar -C $M -cf - tree | tar -C $T/tar -xf - && diff -r $T/tree $T/tar/tree
        ls $M/tree/many | xargs -P 8 -I N cmp $T/tree/many/N $M/tree/many/N
        rm -r $T/cp $T/rsync $T/tar
        """);
  }

  @Test
  void directReadsSendfileAndSeeksWork() throws Exception {
    s3.sh("""
        dd if=$M/large bs=1M iflag=direct 2>/dev/null | cmp - $T/large
        test "$(dd if=$M/large bs=1000 skip=5000 count=3 2>/dev/null | md5sum)" \
          = "$(dd if=$T/large bs=1000 skip=5000 count=3 2>/dev/null | md5sum)"
        tail -c 777 $M/large | cmp - <(tail -c 777 $T/large)
        """);
    s3.python("""
        with open(M + '/large', 'rb') as a, open(T + '/sent', 'wb') as b:
          while os.sendfile(b.fileno(), a.fileno(), None, 1 << 20): pass
        subprocess.check_call(['cmp', T + '/large', T + '/sent'])
        os.remove(T + '/sent')
        with open(M + '/large', 'rb') as f:
          assert f.seek(0, os.SEEK_END) == os.path.getsize(T + '/large')
          assert f.read(1) == b''
        """);
  }

  @Test
  void theBucketIsReadOnlyAndSaysSo() throws Exception {
    for (String change : new String[] {
      "touch $M/new",
      "rm $M/tree/empty",
      "mkdir $M/d",
      "mv $M/large $M/x",
      "chmod 600 $M/large",
      "ln -s a $M/l",
      "truncate -s 0 $M/large",
      "sh -c 'echo x >> $M/large'"
    }) {
      BucketMount.Result result = s3.run(change);
      assertThat(result.exit()).as(change).isNotZero();
      assertThat(result.output()).as(change).contains("Read-only file system");
    }
  }

  @Test
  void whatOthersStoreIsSeenAndWhoHasTheOldVersionOpenKeepsIt() throws Exception {
    s3.put("changing", "old old old");
    Thread.sleep(1_100);
    BucketMount.Running reader = s3.start("python3", "-c", """
        import os, sys, time
        M, T = os.environ['M'], os.environ['T']
        f = open(M + '/changing', 'rb', buffering=0)
        first = f.read(100)
        open(T + '/opened', 'w').close()
        while not os.path.exists(T + '/replaced'): time.sleep(0.05)
        f.seek(0)
        again = f.read(100)
        fresh = open(M + '/changing', 'rb').read()
        print(first, again, fresh)
        """);
    BucketMount.eventually(() -> assertThat(s3.local.resolve("opened")).exists());
    s3.put("changing", "new");
    Thread.sleep(2_200);
    assertThat(s3.sh("cat $M/changing")).isEqualTo("new");
    Files.createFile(s3.local.resolve("replaced"));
    assertThat(reader.await().output()).isEqualTo("b'old old old' b'old old old' b'new'");
  }

  @Test
  void aRefreshShowsAtOnceWhatOthersStored() throws Exception {
    s3.put("fresh/a", "1");
    BucketMount.eventually(() -> assertThat(s3.run("ls $M/fresh").output()).isEqualTo("a"));
    s3.put("fresh/b", "2");
    assertThat(s3.cove("refresh", s3.directory.toString(), "fresh").exit()).isZero();
    assertThat(s3.sh("ls $M/fresh; cat $M/fresh/b")).isEqualTo("a\nb\n2");
  }

  @Test
  void oddNamesAreShownAndReadByPrograms() throws Exception {
    String[] names = {
      "a\nb", "-rf", "gr\u00fc\u00df", "\ud83d\ude00", "x".repeat(255), "tab\tand \"quote\""
    };
    for (String name : names) {
      s3.put("odd/" + name, name);
    }
    Thread.sleep(1_100);
    s3.python("""
        names = os.listdir((M + '/odd').encode())
        assert len(names) == %d, names
        for name in names:
          with open((M + '/odd/').encode() + name, 'rb') as f:
            assert f.read() == name, name
        """.formatted(names.length));
  }

  @Test
  void attributesOfTheObjectAreRead() throws Exception {
    assertThat(s3.sh("getfattr --absolute-names --only-values -n user.cove.etag $M/large"))
        .isEqualTo(s3.bucket.head("large").version().value());
    assertThat(s3.run("getfattr -d $M/large").output()).isEmpty();
    assertThat(s3.run("getfattr -n security.capability $M/large").output())
        .contains("not supported");
    assertThat(s3.sh("stat -f -c %s $M")).isEqualTo("4096");
  }

  @Test
  void oneDescriptorOfATextFileReadsLineByLine() throws Exception {
    s3.put("lines", "a\n".repeat(10_000));
    Thread.sleep(1_100);
    assertThat(s3.sh("grep -c a $M/lines; sed -n 5000p $M/lines")).isEqualTo("10000\na");
    assertThat(new String(s3.bytes("lines"), UTF_8)).hasSize(20_000);
  }
}

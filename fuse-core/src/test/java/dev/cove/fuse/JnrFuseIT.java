package dev.cove.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.vfs.Opened.PageCache;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ordinary programs on a real mount. */
final class JnrFuseIT {
  private Mounted fs;

  @BeforeEach
  void mount() throws Exception {
    fs = new Mounted();
  }

  @AfterEach
  void unmount() throws Exception {
    fs.close();
  }

  @Test
  void filesAreListedReadAndCopied() throws Exception {
    byte[] content = new byte[5_000_001];
    new Random(1).nextBytes(content);
    fs.files.put("big", content);
    fs.files.put("small", "hello".getBytes(UTF_8));
    assertThat(fs.sh("ls $M")).isEqualTo("big\nsmall");
    assertThat(fs.sh("cat $M/small")).isEqualTo("hello");
    assertThat(fs.sh("cp $M/big $M/copy && cmp $M/big $M/copy && stat -c %s $M/copy"))
        .isEqualTo("5000001");
    assertThat(fs.files.content("copy")).isEqualTo(content);
    assertThat(fs.sh("dd if=$M/big bs=1000 skip=4999 2>/dev/null | wc -c")).isEqualTo("1001");
    assertThat(fs.sh("dd if=$M/big bs=1M iflag=direct 2>/dev/null | cmp - $M/copy && echo same"))
        .isEqualTo("same");
  }

  @Test
  void shellRedirectsAppendTruncateAndOverwrite() throws Exception {
    fs.sh("echo one > $M/f; echo two >> $M/f; printf X | dd of=$M/f bs=1 seek=1 conv=notrunc 2>&1");
    assertThat(fs.sh("cat $M/f")).isEqualTo("oXe\ntwo");
    fs.sh("truncate -s 2 $M/f; truncate -s 5 $M/f");
    assertThat(fs.files.content("f")).isEqualTo("oX\0\0\0".getBytes(UTF_8));
    fs.sh("echo new > $M/f");
    assertThat(fs.files.content("f")).isEqualTo("new\n".getBytes(UTF_8));
  }

  @Test
  void twentyThousandEntriesAreListedOnceEach() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      fs.files.put("file" + i, new byte[0]);
    }
    assertThat(fs.sh("ls -f $M | sort -u | wc -l")).isEqualTo("20002");
    assertThat(fs.sh("ls -l $M | grep -c file")).isEqualTo("20000");
    assertThat(fs.sh("find $M -type f | wc -l")).isEqualTo("20000");
  }

  @Test
  void directoryWithoutReadersIsForgottenAgain() throws Exception {
    for (int i = 0; i < 100; i++) {
      fs.files.put("file" + i, new byte[0]);
    }
    fs.sh("ls -l $M");
    assertThat(fs.files.lookups()).isEqualTo(100);
    fs.sh("rm $M/file*");
    for (int i = 0; i < 100 && fs.files.lookups() > 0; i++) {
      Thread.sleep(50);
    }
    assertThat(fs.files.lookups()).isZero();
  }

  @Test
  void renameReplacesKeepsOrExchanges() throws Exception {
    String renameat2 = """
        libc = ctypes.CDLL(None, use_errno=True)
        def rename(a, b, flags):
          r = libc.renameat2(-100, (M + a).encode(), -100, (M + b).encode(), flags)
          return 0 if r == 0 else ctypes.get_errno()
        def put(name, text):
          with open(M + name, 'w') as f: f.write(text)
        put('/a', 'A'); put('/b', 'B')
        """;
    assertThat(fs.python(renameat2 + "print(rename('/a', '/b', 1) == errno.EEXIST)"))
        .isEqualTo("True");
    assertThat(fs.python(renameat2 + "print(rename('/a', '/b', 2), open(M + '/a').read())"))
        .isEqualTo("0 B");
    assertThat(fs.python(renameat2 + "print(rename('/a', '/b', 4) == errno.EINVAL)"))
        .isEqualTo("True");
    fs.sh("mkdir $M/d && mv $M/b $M/d/c && mv $M/d $M/e");
    assertThat(fs.sh("cat $M/e/c; ls $M")).isEqualTo("Ba\ne");
  }

  @Test
  void fileThatIsRemovedWhileOpenStaysReadable() throws Exception {
    fs.sh("exec 3<>$M/f; echo kept >&3; rm $M/f; test -z \"$(ls -A $M)\""
        + " && test \"$(cat /proc/$$/fd/3)\" = kept");
  }

  @Test
  void linksAreOneFile() throws Exception {
    assertThat(fs.sh("echo x > $M/a; ln $M/a $M/b; echo y >> $M/b; cat $M/a; stat -c %h $M/a;"
            + " test $M/a -ef $M/b; ln -s a $M/s; readlink $M/s; cat $M/s"))
        .isEqualTo("x\ny\n2\na\nx\ny");
  }

  @Test
  void locksHoldBetweenPrograms() throws Exception {
    fs.files.put("f", new byte[10]);
    assertThat(fs.sh("exec 3<$M/f; flock 3; flock -n $M/f true || echo locked"))
        .isEqualTo("locked");
    assertThat(fs.python("""
        f = open(M + '/f', 'r+b')
        fcntl.lockf(f, fcntl.LOCK_EX, 4, 0)
        if os.fork() == 0:
          g = open(M + '/f', 'r+b')
          fcntl.lockf(g, fcntl.LOCK_EX | fcntl.LOCK_NB, 4, 5)
          try:
            fcntl.lockf(g, fcntl.LOCK_EX | fcntl.LOCK_NB, 4, 2)
          except BlockingIOError:
            print('locked', flush=True)
          os._exit(0)
        os.wait()
        """)).isEqualTo("locked");
  }

  @ParameterizedTest
  @EnumSource(PageCache.class)
  void mappedFilesAreReadAndWritten(PageCache pageCache) throws Exception {
    fs.files.put("f", "a".repeat(10_000).getBytes(UTF_8));
    fs.files.setPageCache(pageCache);
    fs.python("""
        f = open(M + '/f', 'r+b')
        m = mmap.mmap(f.fileno(), 0)
        assert m[9999:] == b'a'
        m[5000:5003] = b'xyz'
        m.flush()
        os.fsync(f.fileno())
        """);
    assertThat(new String(fs.files.content("f"), UTF_8))
        .isEqualTo("a".repeat(5000) + "xyz" + "a".repeat(4997));
  }

  @Test
  void sendfileAndCopyFileRangeWork() throws Exception {
    byte[] content = new byte[3_000_000];
    new Random(2).nextBytes(content);
    fs.files.put("f", content);
    fs.python("""
        def all(copy, name):
          with open(M + '/f', 'rb') as a, open(M + name, 'wb') as b:
            while copy(a, b) > 0: pass
        all(lambda a, b: os.sendfile(b.fileno(), a.fileno(), None, 1 << 20), '/sent')
        all(lambda a, b: os.copy_file_range(a.fileno(), b.fileno(), 1 << 20), '/copied')
        """);
    assertThat(fs.files.content("sent")).isEqualTo(content);
    assertThat(fs.files.content("copied")).isEqualTo(content);
    assertThat(fs.mount.statistics().unknownRequests()).isZero();
  }

  @Test
  void directWritesAndReadsWork() throws Exception {
    fs.sh("head -c 3145728 /dev/urandom > /tmp/cove-direct-$$; trap 'rm /tmp/cove-direct-$$' EXIT;"
        + " dd if=/tmp/cove-direct-$$ of=$M/f bs=1M oflag=direct 2>/dev/null;"
        + " dd if=$M/f bs=1M iflag=direct 2>/dev/null | cmp - /tmp/cove-direct-$$");
    assertThat(fs.mount.statistics().bytesWritten()).isEqualTo(3 << 20);
  }

  @Test
  void largeReadsAndWritesTravelInMegabytes() throws Exception {
    fs.sh("dd if=/dev/zero of=$M/f bs=1M count=64 2>/dev/null");
    long before = fs.mount.statistics().requests();
    fs.sh("dd if=/dev/zero of=$M/f bs=1M count=64 conv=notrunc 2>/dev/null");
    assertThat(fs.mount.statistics().requests() - before).as("writing 64 MiB").isLessThan(80);
    before = fs.mount.statistics().requests();
    fs.sh(
        "dd if=$M/f iflag=nocache count=0 2>/dev/null; dd if=$M/f of=/dev/null bs=1M 2>/dev/null");
    assertThat(fs.mount.statistics().requests() - before).as("reading 64 MiB").isLessThan(600);
  }

  @Test
  void attributesAreChangedToTheNanosecond() throws Exception {
    fs.sh("echo x > $M/f; chmod 640 $M/f; chown 12:34 $M/f; touch -d @-5.25 $M/f");
    assertThat(fs.sh("stat -c '%a %u %g %.9Y' $M/f")).isEqualTo("640 12 34 -5.250000000");
    assertThat(fs.sh("touch $M/f; test $(( $(date +%s) - $(stat -c %Y $M/f) )) -lt 5 && echo now"))
        .isEqualTo("now");
  }

  @Test
  void changeByAStrangerTakesSetUserIdOff() throws Exception {
    fs.close();
    fs = new Mounted(
        MountOptions.DEFAULTS.withVisibility(MountOptions.Visibility.EVERYBODY),
        java.time.Duration.ofSeconds(60));
    fs.sh("chmod 755 $M; echo x > $M/f; chmod 6777 $M/f; stat -c %a $M/f;"
        + " setpriv --reuid 1000 --regid 1000 --clear-groups sh -c 'echo y >> $M/f'");
    Thread.sleep(200);
    assertThat(fs.sh("stat -c %a $M/f")).isEqualTo("777");
    fs.sh("chmod 4755 $M/f; chown 5 $M/f");
    assertThat(fs.sh("stat -c %a $M/f")).isEqualTo("755");
  }

  @Test
  void extendedAttributesAreKept() throws Exception {
    assertThat(fs.python("""
        open(M + '/f', 'w').close()
        os.setxattr(M + '/f', 'user.a', b'1')
        os.setxattr(M + '/f', 'user.b', b'x' * 60000)
        print(os.listxattr(M + '/f'), len(os.getxattr(M + '/f', 'user.b')))
        for call in (lambda: os.getxattr(M + '/f', 'user.none'),
                     lambda: os.getxattr(M + '/f', 'security.capability'),
                     lambda: os.setxattr(M + '/f', 'user.a', b'', os.XATTR_CREATE)):
          try: call()
          except OSError as e: print(errno.errorcode[e.errno])
        os.removexattr(M + '/f', 'user.a')
        print(os.listxattr(M + '/f'))
        """))
        .isEqualTo("['user.a', 'user.b'] 60000\nENODATA\nENOTSUP\nEEXIST\n['user.b']");
  }

  @Test
  void writingAsksForNoSecurityAttribute() throws Exception {
    fs.calls.fail("getxattr", new AssertionError("asked"));
    long before = fs.mount.statistics().requests();
    fs.sh("dd if=/dev/zero of=$M/f bs=4096 count=100 2>/dev/null");
    assertThat(fs.mount.statistics().requests() - before).isLessThan(115);
  }

  @Test
  void spaceIsShown() throws Exception {
    assertThat(fs.sh("df --output=size,avail -B1 $M | tail -1").replaceAll(" +", " "))
        .isEqualTo("4294967296 2147483648");
  }

  @Test
  void anythingThrownIsAnErrorToTheProgramAndNeverSuccess() throws Exception {
    fs.files.put("f", "x".getBytes(UTF_8));
    fs.calls.fail("unlink", new StackOverflowError("planted"));
    fs.calls.fail("read", new OutOfMemoryError("planted"));
    assertThat(fs.run("rm $M/f").output()).contains("Input/output error");
    assertThat(fs.run("cat $M/f").output()).contains("Input/output error");
    fs.calls.heal();
    assertThat(fs.sh("cat $M/f")).isEqualTo("x");
    assertThat(fs.mount.statistics().failures()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void replacedContentIsSeenAfterInvalidation() throws Exception {
    long inode = fs.files.put("f", "old".getBytes(UTF_8));
    assertThat(fs.sh("cat $M/f; cat $M/new 2>/dev/null || true")).isEqualTo("old");
    fs.files.put("f", "NEW".getBytes(UTF_8));
    fs.files.put("new", "here".getBytes(UTF_8));
    assertThat(fs.sh("cat $M/f; cat $M/new 2>/dev/null || true"))
        .as("remembered")
        .isEqualTo("old");
    fs.files.kernelCache().invalidateContent(inode);
    fs.files.kernelCache().invalidateEntry(1, "new");
    Thread.sleep(200);
    assertThat(fs.sh("cat $M/f; cat $M/new")).isEqualTo("NEWhere");
  }

  @Test
  void changedAttributesAreSeenAfterInvalidation() throws Exception {
    long inode = fs.files.put("f", "old".getBytes(UTF_8));
    assertThat(fs.sh("stat -c %s $M/f")).isEqualTo("3");
    fs.files.put("f", "longer".getBytes(UTF_8));
    assertThat(fs.sh("stat -c %s $M/f")).as("remembered").isEqualTo("3");
    fs.files.kernelCache().invalidateAttributes(inode);
    Thread.sleep(200);
    assertThat(fs.sh("stat -c %s $M/f")).isEqualTo("6");
  }
}

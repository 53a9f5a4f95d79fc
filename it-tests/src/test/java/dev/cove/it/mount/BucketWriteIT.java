package dev.cove.it.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Ordinary programs write to a bucket; each works in a directory of its own, {@code $D}. */
class BucketWriteIT {
  // What a copy has to have: type, mode, owner, size or target, time; the sizes of directories
  // differ.
  private static final String FIND =
      "find . -mindepth 1 \\( -type d -printf '%P d %m %U:%G %T@\\n' \\)"
          + " -o -printf '%P %y %m %U:%G %s %l %T@\\n' | sort";

  @TempDir
  static Path temp;

  private static BucketMount s3;
  private static boolean conflicted;

  @BeforeAll
  static void mount(TestInfo test) throws Exception {
    s3 = new BucketMount(temp, TestCloud.of(test));
    conflicted = false;
    s3.mount("--rw");
    s3.sh("""
        mkdir -p $T/tree/sub/deep $T/tree/empty
        echo hello > $T/tree/hello; echo deep > $T/tree/sub/deep/f; : > $T/tree/nothing
        head -c 3000000 /dev/urandom > $T/tree/blob
        ln -s hello $T/tree/link; ln -s ../missing $T/tree/sub/dangling
        chmod 600 $T/tree/hello; chmod 750 $T/tree/sub; chmod 755 $T/tree/blob
        touch -d '2001-02-03 04:05:06.789012345Z' $T/tree/hello $T/tree/sub/deep/f
        touch -h -d '2002-02-03 04:05:06.5Z' $T/tree/link
        touch -d '2003-02-03Z' $T/tree/sub/deep $T/tree/sub $T/tree/empty
        """);
  }

  /** All is stored but for what lost a conflict, and unmount says so. */
  @AfterAll
  static void unmount() throws Exception {
    BucketMount.Result ended = s3.cove("unmount", s3.directory.toString());
    s3.forget(s3.directory);
    s3.close();
    assertThat(ended.exit()).as(ended.output()).isEqualTo(conflicted ? 4 : 0);
    assertThat(ended.output())
        .contains(conflicted ? "1 file could not be stored, the first is conflict/f" : "");
  }

  static BucketMount bucket() {
    return s3;
  }

  /** A directory for a test, made through the mount. */
  static String in(String name) throws Exception {
    s3.sh("mkdir $M/" + name);
    return "D=$M/" + name + "\n";
  }

  @Test
  void treesAreCopiedWithModesTimesAndLinks() throws Exception {
    String d = in("copies");
    s3.sh(d + """
        cp -a $T/tree $D/cp
        rsync -a $T/tree/ $D/rsync/
        test -z "$(rsync -ai $T/tree/ $D/rsync/)"
        tar -C $T --format=pax -cf - tree | tar -C $D -xpf -
        """);
    String wanted = s3.sh("cd $T/tree && " + FIND);
    for (String copy : new String[] {"cp", "rsync", "tree"}) {
      assertThat(s3.sh(d + "diff -r --no-dereference $T/tree $D/" + copy)).isEmpty();
      assertThat(s3.sh(d + "cd $D/" + copy + " && " + FIND)).as(copy).isEqualTo(wanted);
    }
    Path fresh = s3.mountAgain("--attrs", "posix");
    for (String copy : new String[] {"cp", "rsync", "tree"}) {
      BucketMount.eventually(
          () -> assertThat(s3.sh("cd " + fresh + "/copies/" + copy + " && " + FIND))
              .as("%s from a second mount", copy)
              .isEqualTo(wanted));
    }
    s3.unmount(fresh);
    assertThat(s3.text("copies/cp/sub/deep/f")).isEqualTo("deep\n");
    s3.sh(d + "rm -r $D/cp $D/rsync $D/tree; rmdir $D");
    assertThat(s3.keys("copies/")).isEmpty();
  }

  @Test
  void attributesAreSeenByS3fsAndRclone() throws Exception {
    assumeTrue(s3.cloud() == TestCloud.S3, "s3fs knows nothing else; see GcsBucketWriteIT");
    String d = in("peers");
    s3.sh(d + """
        echo x > $D/f; chmod 640 $D/f; chown 12:34 $D/f; touch -d @1600000000 $D/f
        ln -s f $D/l
        setfattr -n user.colour -v blue $D/f
        """);
    BucketMount.eventually(() -> assertThat(s3.metadata("peers/f"))
        .containsEntry("mode", Integer.toString(0100640))
        .containsEntry("uid", "12")
        .containsEntry("gid", "34")
        .containsEntry("mtime", "1600000000")
        .containsKey("xattr"));
    assertThat(s3.sh("rclone lsjson cloud:$B/peers/f"))
        .contains("\"ModTime\":\"2020-09-13T12:26:40");
    Path peer = Files.createDirectory(temp.resolve("s3fs"));
    s3.sh("""
        echo "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" > $T/passwd && chmod 600 $T/passwd
        s3fs $B %s -o url=$AWS_ENDPOINT_URL -o use_path_request_style -o passwd_file=$T/passwd -o use_xattr
        """.formatted(peer));
    try {
      assertThat(s3.sh("stat -c '%a %u %g %Y' " + peer + "/peers/f"))
          .isEqualTo("640 12 34 1600000000");
      assertThat(s3.sh("readlink " + peer + "/peers/l; cat " + peer + "/peers/l"))
          .isEqualTo("f\nx");
      assertThat(
              s3.sh("getfattr --absolute-names --only-values -n user.colour " + peer + "/peers/f"))
          .isEqualTo("blue");
      s3.sh("cd " + peer + "/peers; echo y > theirs; chmod 604 theirs; ln -s theirs link");
    } finally {
      s3.sh("fusermount3 -u " + peer + " || fusermount -u " + peer);
    }
    BucketMount.eventually(
        () -> assertThat(s3.sh(d + "cat $D/theirs; stat -c %a $D/theirs; readlink $D/link"))
            .isEqualTo("y\n604\ntheirs"));
    s3.sh(d + "rm -r $D");
  }

  @Test
  void redirectsTruncateAppendAndOverwrite() throws Exception {
    String d = in("redirects");
    s3.sh(d + "echo one > $D/f");
    assertThat(s3.text("redirects/f")).isEqualTo("one\n");
    s3.sh(d + "echo two >> $D/f; printf X | dd of=$D/f bs=1 seek=1 conv=notrunc 2>/dev/null");
    assertThat(s3.text("redirects/f")).isEqualTo("oXe\ntwo\n");
    s3.sh(d + "echo new > $D/f; : > $D/empty; truncate -s 2 $D/f");
    assertThat(s3.text("redirects/f")).isEqualTo("ne");
    s3.sh(d + "truncate -s 5 $D/f; fallocate -l 8 $D/f; { echo a; echo b; } > $D/g");
    assertThat(s3.text("redirects/f")).isEqualTo("ne\0\0\0\0\0\0");
    assertThat(s3.text("redirects/g")).isEqualTo("a\nb\n");
    assertThat(s3.bytes("redirects/empty")).isEmpty();
    s3.sh(d + "dd if=/dev/zero of=$D/z bs=64k count=3 conv=fsync 2>/dev/null");
    assertThat(s3.bytes("redirects/z")).hasSize(3 << 16);
  }

  @Test
  void directoriesAreMadeMovedAndRemoved() throws Exception {
    String d = in("dirs");
    s3.sh(d + """
        mkdir -p $D/a/b/c && echo 1 > $D/a/b/c/f && echo 2 > $D/a/g
        mv $D/a $D/z && test "$(cat $D/z/b/c/f)" = 1 && test ! -e $D/a
        mkdir $D/full && echo x > $D/full/x
        ! mv -T $D/z $D/full 2>/dev/null
        ! rmdir $D/z 2>/dev/null
        """);
    assertThat(s3.keys("dirs/"))
        .containsExactly(
            "dirs/",
            "dirs/full/",
            "dirs/full/x",
            "dirs/z/",
            "dirs/z/b/",
            "dirs/z/b/c/",
            "dirs/z/b/c/f",
            "dirs/z/g");
    s3.sh(d + "rm -r $D/z $D/full; rmdir $D");
    assertThat(s3.keys("dirs/")).isEmpty();
  }

  @Test
  void editorsSaveInTheirWays() throws Exception {
    String d = in("editors");
    s3.sh(d + "echo before > $D/f; chmod 640 $D/f");
    // Vim: the old file becomes a backup, the new one is written in its place, the backup goes.
    s3.python("""
        f = M + '/editors/f'
        os.rename(f, f + '~')
        fd = os.open(f, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        os.write(fd, b'vim\\n'); os.fsync(fd); os.close(fd)
        os.chmod(f, 0o640)
        os.unlink(f + '~')
        """);
    assertThat(s3.text("editors/f")).isEqualTo("vim\n");
    // Emacs, gedit and many others: a temporary file takes the place of the old one.
    s3.python("""
        f = M + '/editors/f'
        t = M + '/editors/.f.tmp'
        fd = os.open(t, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(fd, b'atomic\\n'); os.fsync(fd); os.fchmod(fd, 0o640); os.close(fd)
        os.replace(t, f)
        """);
    assertThat(s3.text("editors/f")).isEqualTo("atomic\n");
    // Nano and others: in place.
    s3.python("""
        with open(M + '/editors/f', 'r+b') as f:
          f.write(b'in place'); f.truncate(8)
        """);
    assertThat(s3.text("editors/f")).isEqualTo("in place");
    assertThat(s3.sh(d + "sed -i s/place/stream/ $D/f; cat $D/f; stat -c %a $D/f"))
        .isEqualTo("in stream640");
    assertThat(s3.keys("editors/")).containsExactly("editors/", "editors/f");
  }

  @Test
  void gitClonesCommitsAndChecks() throws Exception {
    String d = in("git");
    s3.sh(d + """
        export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
        export GIT_CONFIG_GLOBAL=/dev/null HOME=$T
        git init -q -b main $T/repo && cp -r $T/tree $T/repo/tree && git -C $T/repo add -A
        git -C $T/repo commit -qm first
        git clone -q $T/repo $D/clone
        cd $D/clone && test -z "$(git status --porcelain)"
        echo more >> tree/hello && git commit -qam second && git fsck --strict
        git gc -q && git log --oneline | wc -l | grep -qx 2 && test -z "$(git status --porcelain)"
        git push -q origin HEAD:refs/heads/pushed
        """);
    assertThat(s3.sh("git -C $T/repo log --format=%s pushed")).isEqualTo("second\nfirst");
  }

  @Test
  void sqliteKeepsItsDataWithAJournalAndWithAWal() throws Exception {
    String d = in("sqlite");
    for (String mode : new String[] {"delete", "wal"}) {
      assertThat(s3.sh(d + """
          sqlite3 $D/%1$s.db "pragma journal_mode=%1$s; create table t(a, b); \
          insert into t select value, hex(randomblob(50)) from generate_series(1, 2000);"
          sqlite3 $D/%1$s.db "update t set b = 'x' where a %% 7 = 0; delete from t where a > 1990; vacuum;" >/dev/null
          sqlite3 $D/%1$s.db "pragma integrity_check; select count(*), sum(b = 'x') from t"
          """.formatted(mode))).isEqualTo(mode + "\nok\n1990|284");
    }
    s3.sh("rclone copyto cloud:$B/sqlite/delete.db $T/copy.db");
    assertThat(s3.sh("sqlite3 $T/copy.db 'pragma integrity_check; select count(*) from t'"))
        .isEqualTo("ok\n1990");
  }

  @Test
  void pipInstallsIntoTheBucket() throws Exception {
    s3.sh("mkdir $M/pip");
    assertThat(s3.python("""
        import zipfile
        wheel = T + '/tiny-1.0-py3-none-any.whl'
        with zipfile.ZipFile(wheel, 'w') as z:
          z.writestr('tiny/__init__.py', 'answer = 42\\n')
          z.writestr('tiny-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n')
          z.writestr('tiny-1.0.dist-info/WHEEL',
                     'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
          z.writestr('tiny-1.0.dist-info/RECORD', '')
        subprocess.check_call([sys.executable, '-m', 'pip', 'install', '-q', '--no-index', '--no-deps',
                               '--disable-pip-version-check', '--root-user-action', 'ignore',
                               '--target', M + '/pip', wheel])
        sys.path.insert(0, M + '/pip')
        import tiny
        print(tiny.answer)
        """)).isEqualTo("42");
    assertThat(s3.text("pip/tiny/__init__.py")).isEqualTo("answer = 42\n");
  }

  @Test
  void fioFindsWhatItWrote() throws Exception {
    String d = in("fio");
    for (String pattern : new String[] {"write", "randrw"}) {
      assertThat(s3.sh(d + """
          cd $T && fio --name=v --filename=$D/%1$s --rw=%1$s --size=4m --bs=16k --ioengine=psync \
            --verify=crc32c --verify_fatal=1 --do_verify=1 --end_fsync=1 --minimal >/dev/null && echo verified
          """.formatted(pattern))).isEqualTo("verified");
    }
    assertThat(s3.bytes("fio/write")).hasSize(4 << 20);
  }

  @Test
  void mappedBytesAreStoredAlsoWhenTheMapOutlivesTheDescriptor() throws Exception {
    s3.sh("mkdir $M/mmap");
    s3.python("""
        f = open(M + '/mmap/f', 'w+b')
        f.truncate(100000)
        m = mmap.mmap(f.fileno(), 0)
        m[50000:50005] = b'hello'
        m.flush()
        os.fsync(f.fileno())
        f.close()
        m[99990:99995] = b'after'
        m.close()
        """);
    BucketMount.eventually(() -> {
      byte[] stored = s3.bytes("mmap/f");
      assertThat(stored).hasSize(100_000);
      assertThat(new String(stored, 50_000, 5, UTF_8)).isEqualTo("hello");
      assertThat(new String(stored, 99_990, 5, UTF_8)).isEqualTo("after");
    });
  }

  @Test
  void severalProcessesAppendAndLock() throws Exception {
    s3.sh("mkdir $M/several");
    s3.python("""
        f = M + '/several/log'
        open(f, 'w').close()
        child = '''
        import fcntl, os, sys
        fd = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
        for i in range(50):
          fcntl.flock(fd, fcntl.LOCK_EX)
          os.write(fd, ('%s %d\\\\n' % (sys.argv[2], i)).encode())
          fcntl.flock(fd, fcntl.LOCK_UN)
        os.close(fd)
        '''
        ps = [subprocess.Popen([sys.executable, '-c', child, f, n]) for n in 'ab']
        assert [p.wait() for p in ps] == [0, 0]
        lines = open(f).read().splitlines()
        assert len(lines) == 100, len(lines)
        for n in 'ab':
          assert [l for l in lines if l[0] == n] == ['%s %d' % (n, i) for i in range(50)]
        a = open(f, 'r+b')
        fcntl.lockf(a, fcntl.LOCK_EX, 10, 0)
        code = "import fcntl,sys; f=open(sys.argv[1],'r+b'); fcntl.lockf(f,fcntl.LOCK_EX|fcntl.LOCK_NB,1,5)"
        assert subprocess.call([sys.executable, '-c', code, f], stderr=subprocess.DEVNULL) != 0
        fcntl.lockf(a, fcntl.LOCK_UN, 10, 0)
        assert subprocess.call([sys.executable, '-c', code, f]) == 0
        """);
    assertThat(s3.text("several/log").lines()).hasSize(100);
  }

  @Test
  void aFileRemovedWhileOpenGoesOnAndLeavesNothing() throws Exception {
    String d = in("unlinked");
    s3.sh(d + """
        echo kept > $D/f
        exec 3<$D/f; rm $D/f; test -z "$(ls -A $D)"; test "$(cat <&3)" = kept
        echo new > $D/f; exec 3<&-; sleep 0.2; test "$(cat $D/f)" = new
        exec 4<>$D/g; echo temp >&4; rm $D/g; test "$(cat /proc/$$/fd/4)" = temp; exec 4<&-
        """);
    BucketMount.eventually(
        () -> assertThat(s3.keys("unlinked/")).containsExactly("unlinked/", "unlinked/f"));
    assertThat(s3.text("unlinked/f")).isEqualTo("new\n");
  }

  @Test
  void whatAKilledProgramWroteIsStored() throws Exception {
    s3.sh("mkdir $M/killed");
    BucketMount.Running writer = s3.start("python3", "-c", """
        import os, time
        f = open(os.environ['M'] + '/killed/f', 'wb', buffering=0)
        f.write(b'x' * 300000)
        open(os.environ['T'] + '/written', 'w').close()
        time.sleep(600)
        """);
    BucketMount.eventually(() -> assertThat(s3.local.resolve("written")).exists());
    writer.process().destroyForcibly().waitFor();
    BucketMount.eventually(() -> assertThat(s3.bytes("killed/f")).hasSize(300_000));
    assertThat(s3.sh("stat -c %s $M/killed/f")).isEqualTo("300000");
  }

  @Test
  void exclusiveCreationAndLockFilesWork() throws Exception {
    s3.sh("mkdir $M/excl");
    s3.python("""
        f = M + '/excl/lock'
        os.close(os.open(f, os.O_CREAT | os.O_EXCL))
        for flags in (0, os.O_WRONLY):
          try:
            os.open(f, os.O_CREAT | os.O_EXCL | flags)
            raise AssertionError('created twice')
          except FileExistsError:
            pass
        """);
    // A file that nobody wrote to is stored by the release that follows the close.
    BucketMount.eventually(() -> assertThat(s3.keys("excl/")).contains("excl/lock"));
  }

  @Test
  void hardLinksDevicesAndPipesAreRefused() throws Exception {
    String d = in("refused");
    s3.sh(d + "echo x > $D/f");
    for (String command : new String[] {"ln $D/f $D/g", "mkfifo $D/p"}) {
      assertThat(s3.run(d + command).output()).as(command).contains("Operation not permitted");
    }
    assertThat(s3.keys("refused/")).containsExactly("refused/", "refused/f");
  }

  @Test
  void anotherWritersObjectIsNotOverwritten() throws Exception {
    s3.sh("mkdir $M/conflict; echo mine > $M/conflict/f");
    BucketMount.Running writer = s3.start("python3", "-c", """
        import errno, os, time
        M, T = os.environ['M'], os.environ['T']
        fd = os.open(M + '/conflict/f', os.O_RDWR)
        os.write(fd, b'MINE')
        open(T + '/editing', 'w').close()
        while not os.path.exists(T + '/theirs'): time.sleep(0.05)
        for call in (os.fsync, os.close):
          try:
            call(fd)
            print('stored')
          except OSError as e:
            print(errno.errorcode[e.errno])
        """);
    BucketMount.eventually(() -> assertThat(s3.local.resolve("editing")).exists());
    s3.put("conflict/f", "theirs\n");
    Files.createFile(s3.local.resolve("theirs"));
    assertThat(writer.await().output()).isEqualTo("ESTALE\nESTALE");
    conflicted = true;
    assertThat(s3.text("conflict/f")).isEqualTo("theirs\n");
    BucketMount.eventually(() -> assertThat(s3.sh("cat $M/conflict/f")).isEqualTo("theirs"));
  }

  @Test
  void filesLargerThanAPartAreWrittenReadBackAndEdited() throws Exception {
    String d = in("large");
    s3.sh(d + """
        head -c 40000000 /dev/urandom > $T/large
        cp $T/large $D/large && cmp $T/large $D/large
        for f in $T/large $D/large; do
          printf EDIT | dd of=$f bs=1 seek=20000000 conv=notrunc 2>/dev/null; echo end >> $f
        done
        cmp $T/large $D/large
        """);
    assertThat(s3.bytes("large/large")).isEqualTo(Files.readAllBytes(s3.local.resolve("large")));
  }
}

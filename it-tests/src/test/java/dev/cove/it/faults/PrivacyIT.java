package dev.cove.it.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.BucketMount.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a mount leaves about is for its owner alone and tells nobody the credentials. */
final class PrivacyIT {
  private static final Set<PosixFilePermission> OWNERS = EnumSet.of(
      PosixFilePermission.OWNER_READ,
      PosixFilePermission.OWNER_WRITE,
      PosixFilePermission.OWNER_EXECUTE);
  private static final String MARKER = "marker-of-a-session-that-nobody-may-see";

  @TempDir
  private Path temp;

  private BucketMount s3;

  @BeforeEach
  void make() throws Exception {
    s3 = new BucketMount(temp);
  }

  @AfterEach
  void end() throws Exception {
    s3.close();
  }

  private List<Path> everythingOfCove() throws Exception {
    try (Stream<Path> found = Files.walk(temp.resolve("home"))) {
      return found.toList();
    }
  }

  private static String text(Path path) {
    try {
      return Files.readString(path, ISO_8859_1);
    } catch (IOException e) {
      return ""; // gone meanwhile
    }
  }

  @Test
  void everyFileFolderAndSocketIsForItsOwnerAloneAndSoIsTheMount() throws Exception {
    Path home =
        Files.createDirectory(temp.resolve("home"), PosixFilePermissions.asFileAttribute(OWNERS));
    s3.mount(
        "--rw",
        "--cache-dir",
        home.resolve("cache").toString(),
        "--log-file",
        home.resolve("log").toString());
    s3.sh("echo x > $M/read; cat $M/read");
    Running writer =
        s3.start("bash", "-c", "exec 3>$M/pending; echo x >&3; touch $T/open; sleep 600");
    BucketMount.eventually(() -> assertThat(s3.local.resolve("open")).exists());
    List<Path> found = everythingOfCove();
    assertThat(found).hasSizeGreaterThan(8);
    for (Path path : found) {
      assertThat(OWNERS)
          .as("%s", path)
          .containsAll(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }
    Files.setPosixFilePermissions(temp, EnumSet.allOf(PosixFilePermission.class));
    assertThat(s3.run("setpriv --reuid 65534 --clear-groups ls $M").output())
        .as("another user")
        .contains("Permission denied");
    writer.process().destroyForcibly().waitFor();
  }

  @Test
  void linksInPlaceOfPrivateFoldersAreNotFollowed() throws Exception {
    Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    Path home = Files.createDirectory(temp.resolve("home"));
    Files.createDirectories(s3.directory);
    Files.createSymbolicLink(home.resolve("state"), elsewhere);
    BucketMount.Result refused = s3.cove("mount", "--rw", s3.uri(), s3.directory.toString());
    assertThat(refused.exit()).isEqualTo(3);
    assertThat(refused.output()).contains("symbolic link");
    assertThat(elsewhere).isEmptyDirectory();
    Files.delete(home.resolve("state"));

    Files.createDirectories(home.resolve("state"));
    Files.createSymbolicLink(home.resolve("state/spool"), elsewhere);
    refused = s3.cove("mount", "--rw", s3.uri(), s3.directory.toString());
    assertThat(refused.exit()).isEqualTo(3);
    assertThat(refused.output()).contains("symbolic link");
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void foldersThatOthersOwnOrCouldWriteToAreRefused() throws Exception {
    Files.createDirectories(s3.directory);
    for (String name : List.of("state", "state/spool", "state/logs", "state/mounts")) {
      Path folder = temp.resolve("home").resolve(name);
      s3.sh("umask 077; mkdir -p '" + folder + "'; chown 65534 '" + folder + "'");
      BucketMount.Result refused = s3.cove("mount", "--rw", s3.uri(), s3.directory.toString());
      assertThat(refused.exit()).as("%s: %s", name, refused.output()).isEqualTo(3);
      assertThat(refused.output().lines()).singleElement().asString().contains("belongs to");
      s3.sh("chown 0 '" + folder + "' && chmod 777 '" + folder + "'");
      refused = s3.cove("mount", "--rw", s3.uri(), s3.directory.toString());
      assertThat(refused.exit()).as("%s: %s", name, refused.output()).isEqualTo(3);
      assertThat(refused.output().lines()).singleElement().asString().contains("can write to");
      s3.sh("chmod 700 '" + folder + "'");
    }
    assertThat(s3.cove("mount", "--rw", s3.uri(), s3.directory.toString()).exit())
        .isZero();
    s3.cove("unmount", s3.directory.toString());
  }

  @Test
  void figuresAreServedToThisMachineAloneUnlessTold() throws Exception {
    s3.mount("--metrics", "0");
    long pid = BucketMount.process(s3.directory).pid();
    String listening = s3.python("""
        own = set()
        for fd in os.listdir('/proc/%d/fd'):
          try: own.add(os.readlink('/proc/%d/fd/' + fd))
          except OSError: pass
        for table in 'tcp', 'tcp6':
          for line in list(open('/proc/net/' + table))[1:]:
            words = line.split()
            if words[3] == '0A' and 'socket:[' + words[9] + ']' in own: print(words[1])
        """.formatted(pid, pid));
    // 127.0.0.1 as the kernel writes it: one line, so one socket; as an IPv6 address or not.
    assertThat(listening).matches("(0{16}FFFF0000)?0100007F:[0-9A-F]{4}");
  }

  @Test
  void credentialsAreInNoLogAndNoCommandLine() throws Exception {
    s3.with("AWS_SECRET_ACCESS_KEY", MARKER);
    Files.createDirectories(s3.directory);
    BucketMount.Result refused =
        s3.cove("--log-level", "trace", "mount", "--rw", s3.uri(), s3.directory.toString());
    assertThat(refused.exit()).as(refused.output()).isEqualTo(3);
    assertThat(refused.output()).doesNotContain(MARKER);
    s3.with("AWS_SECRET_ACCESS_KEY", "minioadmin").with("COVE_MARKER", MARKER);
    BucketMount.Result mounted =
        s3.cove("--log-level", "trace", "mount", "--rw", s3.uri(), s3.directory.toString());
    assertThat(mounted.exit()).as(mounted.output()).isZero();
    s3.sh("echo x | dd of=$M/x 2>/dev/null; cat $M/x");
    long pid = BucketMount.process(s3.directory).pid();
    assertThat(Files.readString(Path.of("/proc/" + pid + "/cmdline")))
        .doesNotContain("minioadmin")
        .as("a core would hold them")
        .contains("-XX:-CreateCoredumpOnCrash");
    for (Path path : everythingOfCove()) {
      if (Files.isRegularFile(path) && !path.toString().contains("/classes")) {
        assertThat(new String(Files.readAllBytes(path), UTF_8))
            .as("%s", path)
            .doesNotContain(MARKER)
            .doesNotContain("minioadmin");
      }
    }
    assertThat(s3.cove("unmount", s3.directory.toString()).exit()).isZero();
  }

  @Test
  void namesWithLineEndsAndEscapeCodesAreShownSafely() throws Exception {
    s3.mount("--rw");
    s3.python("""
        for name in ['-rf', 'a\\nb', 'c\\x1b[31md', '--help']:
          with open(M + '/' + name, 'w') as f: f.write('x')
        """);
    // Held by a program that lives: its end would close the file and so store it.
    Running holder = s3.start("python3", "-c", """
        import os, time
        M, T = os.environ['M'], os.environ['T']
        fd = os.open(M + '/kept\\n\\x1b[2Jme', os.O_RDWR | os.O_CREAT)
        os.write(fd, b'y')
        open(T + '/made', 'w').close()
        time.sleep(600)
        """);
    BucketMount.eventually(() -> assertThat(s3.local.resolve("made")).exists());
    assertThat(s3.keys("")).doesNotContain("kept\n\u001b[2Jme");
    // From then on a kill leaves it on the list.
    BucketMount.eventually(() -> assertThat(everythingOfCove())
        .anyMatch(path -> path.toString().endsWith(".journal") && text(path).contains("kept\n")));
    s3.kill(s3.directory);
    holder.process().destroyForcibly().waitFor();
    BucketMount.Result listed = s3.cove("recover");
    assertThat(listed.output().lines()).hasSize(1);
    assertThat(listed.output()).contains("kept").doesNotContain("\u001b");
    assertThat(s3.keys("")).contains("-rf", "a\nb", "c\u001b[31md", "--help");
    assertThat(s3.cove("recover", "--discard", "--yes").exit()).isZero();
    s3.cove("unmount", s3.directory.toString());
  }
}

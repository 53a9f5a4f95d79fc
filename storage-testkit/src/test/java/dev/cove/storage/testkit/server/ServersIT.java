package dev.cove.storage.testkit.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class ServersIT {
  @Test
  void sharedServersAnswer() throws Exception {
    assertThat(connects(S3Server.shared().endpoint())).isTrue();
    assertThat(connects(RedisServer.sharedAddress())).isTrue();
    assertThat(connects(FakeGcsServer.sharedEndpoint())).isTrue();
    assertThat(connects(EmbeddedS3Server.shared().endpoint())).isTrue();
    assertThat(S3Server.shared()).isSameAs(S3Server.shared());
  }

  @Test
  void redisKeepsWhatItAcknowledgedWhenKilled() throws Exception {
    try (RedisServer redis = RedisServer.start()) {
      assertThat(redis(redis, "SET k kept")).isEqualTo("+OK");
      redis.kill();
      redis.restart();
      assertThat(redis(redis, "GETRANGE k 0 -1")).isEqualTo("$4");
    }
  }

  @Test
  void pausedServerAnswersNothingUntilItResumes() throws Exception {
    try (MinioServer minio = MinioServer.start()) {
      URI health = minio.endpoint().resolve("/minio/health/ready");
      minio.pause();
      assertThatThrownBy(() -> Http.answersOk(health)).isInstanceOf(HttpTimeoutException.class);
      minio.resume();
      assertThat(Http.answersOk(health)).isTrue();
    }
  }

  @Test
  void linkCanBeCutAndMended() throws Exception {
    URI health = URI.create("/_internal/healthcheck");
    try (var link = ToxiproxyServer.shared().link(FakeGcsServer.sharedEndpoint())) {
      assertThat(Http.answersOk(link.address().resolve(health))).isTrue();
      link.proxy().disable();
      assertThatThrownBy(() -> Http.answersOk(link.address().resolve(health)))
          .isInstanceOf(IOException.class);
      link.proxy().enable();
      assertThat(Http.answersOk(link.address().resolve(health))).isTrue();
    }
  }

  @Test
  void serversEndWithAJvmThatIsKilledAndTheirDirectoriesGoAtTheNextStart() throws Exception {
    Process jvm = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            StartsServers.class.getName())
        .redirectError(new File("/dev/null"))
        .start();
    try {
      String line = jvm.inputReader(StandardCharsets.UTF_8).readLine();
      assertThat(line).isNotNull();
      List<ProcessHandle> servers = List.of(line.split(" ")).stream()
          .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
          .toList();
      assertThat(servers).hasSize(2).allMatch(ProcessHandle::isAlive);
      jvm.destroyForcibly();
      for (ProcessHandle server : servers) {
        server.onExit().get(10, SECONDS);
      }
      jvm.waitFor();
      Path sibling = Scratch.directory("sibling");
      Scratch.removeOrphans();
      try (var directories = Files.list(sibling.getParent())) {
        assertThat(directories.map(Path::getFileName).map(Path::toString))
            .noneMatch(name -> name.startsWith("cove-test-" + jvm.pid() + "-"));
      }
      assertThat(sibling).exists();
    } finally {
      jvm.destroyForcibly();
    }
  }

  /** The program of a JVM that starts servers and is then killed. */
  static final class StartsServers {
    public static void main(String[] arguments) throws Exception {
      RedisServer.start();
      EmbeddedS3Server.shared();
      System.out.println(String.join(
          " ",
          ProcessHandle.current().children().map(c -> Long.toString(c.pid())).toList()));
      Thread.sleep(60_000);
    }
  }

  private static boolean connects(URI address) throws IOException {
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      return socket.isConnected();
    }
  }

  private static String redis(RedisServer redis, String command) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), redis.address().getPort())) {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readNBytes(3), StandardCharsets.UTF_8).trim();
    }
  }
}

package dev.cove.state.redis;

import static dev.cove.state.IfMissing.CREATE_IF_MISSING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cove.state.Bytes;
import dev.cove.state.Dict;
import dev.cove.state.NamedQueue;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import dev.cove.state.StateStore;
import dev.cove.state.StoreOptions;
import dev.cove.state.StoreOptions.Login;
import dev.cove.storage.testkit.server.RedisServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** What the distributed store does when server or network fail. */
final class RedisFaultsIT {
  private static StoreOptions options(String url) {
    return StoreOptions.embedded(Path.of("unused"))
        .withUrl(url)
        .withTimeout(Duration.ofSeconds(10));
  }

  private static StateStore open(URI server) {
    return StateStore.open(options(server.toString()));
  }

  private static Bytes b(String text) {
    return Bytes.utf8(text);
  }

  private static <T> T command(URI server, Function<Jedis, T> command) {
    try (Jedis redis = new Jedis(server)) {
      return command.apply(redis);
    }
  }

  private static void assertReason(Reason reason, ThrowingCallable call) {
    assertThatExceptionOfType(StateException.class).isThrownBy(call).satisfies(e -> {
      assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
      assertThat(e.getMessage()).doesNotContain("\n").contains("redis").doesNotContain("s3same");
    });
  }

  @Test
  void aServerThatIsDownIsSaid() {
    try (StateStore store = StateStore.open(options("redis://127.0.0.1:1"))) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      assertReason(Reason.UNREACHABLE, () -> dict.get(b("k")));
      assertReason(Reason.UNREACHABLE, () -> dict.put(b("k"), b("v")));
    }
  }

  @Test
  void aWrongPasswordIsSaidAndNeverShown() {
    try (RedisServer server = RedisServer.start("--requirepass", "s3same")) {
      String at = server.address().toString();
      try (StateStore none = StateStore.open(options(at));
          StateStore wrong = StateStore.open(options(at.replace("//", "//:wrong-s3same@")));
          StateStore right = StateStore.open(options(at.replace("//", "//:s3same@")));
          StateStore login = StateStore.open(options(at).withLogin(new Login(null, "s3same")));
          StateStore named =
              StateStore.open(options(at).withLogin(new Login("nobody", "s3same")))) {
        assertReason(Reason.REFUSED, () -> none.dict("d", CREATE_IF_MISSING).get(b("k")));
        assertReason(Reason.REFUSED, () -> wrong.dict("d", CREATE_IF_MISSING).get(b("k")));
        assertReason(Reason.REFUSED, () -> named.dict("d", CREATE_IF_MISSING).get(b("k")));
        right.dict("d", CREATE_IF_MISSING).put(b("k"), b("v"));
        assertThat(login.dict("d", CREATE_IF_MISSING).get(b("k"))).contains(b("v"));
      }
      assertThat(options(at.replace("//", "//:s3same@"))
              .withLogin(new Login("u", "s3same"))
              .toString())
          .doesNotContain("s3same");
    }
  }

  @Test
  void aServerOutOfMemoryIsSaidAndNothingStoredIsLost() throws Exception {
    int entries = 200;
    Bytes large = Bytes.wrap(new byte[20_000]);
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        StateStore store = open(server.address())) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      NamedQueue queue = store.queue("q", CREATE_IF_MISSING);
      queue.putMany(List.of(b("1"), b("2")));
      for (int i = 0; i < entries; i++) {
        dict.put(b("key " + i), large);
      }
      // Far below what is used: the server counts its buffers for connections too, and these grow
      // and shrink by some 100 KB as it likes.
      long over = 1 << 20;
      command(
          server.address(),
          redis -> redis.configSet("maxmemory", Long.toString(usedMemory(redis) - over)));

      assertReason(Reason.OUT_OF_MEMORY, () -> dict.put(b("new"), b("v")));
      assertReason(Reason.OUT_OF_MEMORY, () -> dict.put(b("t"), large, Duration.ofHours(1)));
      assertReason(Reason.OUT_OF_MEMORY, () -> dict.putAll(Map.of(b("all"), large)));
      assertReason(Reason.OUT_OF_MEMORY, () -> dict.increment(b("n"), 1));
      assertReason(Reason.OUT_OF_MEMORY, () -> queue.offer(b("item")));
      assertReason(Reason.OUT_OF_MEMORY, () -> queue.putMany(List.of(large, large)));
      assertThat(dict.size()).isEqualTo(entries);
      assertThat(queue.size()).isEqualTo(2);
      for (int i = 0; i < entries; i++) {
        assertThat(dict.get(b("key " + i))).contains(large);
      }

      assertThat(queue.poll()).as("taking needs no room").contains(b("1"));
      assertThat(queue.lease(Duration.ofMinutes(1)).orElseThrow().item()).isEqualTo(b("2"));
      for (int i = 0; i < entries / 2; i++) {
        assertThat(dict.remove(b("key " + i))).as("removing makes room").isTrue();
      }
      dict.put(b("again"), large);
      queue.put(b("again"));
    }
  }

  private static long usedMemory(Jedis redis) {
    return redis
        .info("memory")
        .lines()
        .filter(line -> line.startsWith("used_memory:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aReadOnlyReplicaIsSaidAndCanBeRead() throws Exception {
    try (RedisServer primary = RedisServer.start("--appendonly", "no");
        RedisServer replica = RedisServer.start(
            "--appendonly",
            "no",
            "--replicaof",
            "127.0.0.1 " + primary.address().getPort());
        StateStore writing = open(primary.address());
        StateStore reading = open(replica.address())) {
      writing.dict("d", CREATE_IF_MISSING).put(b("k"), b("v"));
      awaitReplica(primary.address());
      Dict dict = reading.dict("d", CREATE_IF_MISSING);
      assertThat(dict.get(b("k"))).contains(b("v"));
      assertReason(Reason.READ_ONLY, () -> dict.put(b("k"), b("w")));
      assertReason(Reason.READ_ONLY, () -> dict.increment(b("n"), 1));
      assertReason(Reason.READ_ONLY, () -> reading.queue("q", CREATE_IF_MISSING).offer(b("x")));
      assertThat(dict.get(b("k"))).contains(b("v"));
    }
  }

  private static void awaitReplica(URI primary) throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      long caughtUp = command(primary, redis -> redis.waitReplicas(1, 1000));
      if (caughtUp == 1) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the replica did not catch up");
  }

  @Test
  void aLostAcknowledgementNeitherLosesNorDoubles() throws Exception {
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        CuttingProxy proxy = new CuttingProxy(server.address());
        StateStore store = StateStore.open(options(proxy.url()))) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      NamedQueue queue = store.queue("q", CREATE_IF_MISSING);
      NamedQueue part = queue.partition("p");
      dict.size();
      queue.size();
      for (int i = 0; i < 25; i++) {
        proxy.cutReplies(1);
        assertThat(dict.increment(b("n"), 1)).isEqualTo(i + 1);
        proxy.cutReplies(1);
        assertThat(dict.increment(b("t"), 1, Duration.ofHours(1))).isEqualTo(i + 1);
        proxy.cutReplies(1);
        assertThat(dict.putIfAbsent(b("once " + i), b("v")))
            .as("it was this call that stored it")
            .isTrue();
        proxy.cutReplies(1);
        assertThat(dict.pop(b("once " + i))).contains(b("v"));
        proxy.cutReplies(1);
        queue.put(b("item " + i));
        proxy.cutReplies(1);
        part.put(b("part " + i));
      }
      assertThat(queue.size()).isEqualTo(25);
      assertThat(part.size()).isEqualTo(25);
      for (int i = 0; i < 25; i++) {
        proxy.cutReplies(1);
        assertThat(queue.poll()).contains(b("item " + i));
        proxy.cutReplies(1);
        assertThat(part.getMany(1)).containsExactly(b("part " + i));
      }
      assertThat(proxy.cutsLeft()).isZero();
      assertThat(queue.totalSize()).isZero();
    }
  }

  @Test
  void aWaitingGetterSurvivesTheLossOfItsConnections() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        StateStore waiting = open(server.address());
        StateStore putting = open(server.address())) {
      NamedQueue queue = waiting.queue("q", CREATE_IF_MISSING);
      queue.size();
      Future<Bytes> getter = threads.submit(() -> queue.get());
      Thread.sleep(300);
      for (ClientType type : List.of(ClientType.NORMAL, ClientType.PUBSUB)) {
        command(
            server.address(),
            redis -> redis.clientKill(
                new ClientKillParams().type(type).skipMe(ClientKillParams.SkipMe.YES)));
      }
      Thread.sleep(300);
      putting.queue("q", CREATE_IF_MISSING).put(b("late"));
      assertThat(getter.get(30, TimeUnit.SECONDS)).isEqualTo(b("late"));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsNotWaitedForLongerThanAskedHoweverMuchIsSent() throws Exception {
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        StateStore store = StateStore.open(
            options(server.address().toString()).withTimeout(Duration.ofSeconds(1)))) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      dict.put(b("k"), b("v"));
      server.pause();
      assertReason(Reason.UNREACHABLE, () -> dict.get(b("k")));
      // More than the buffers between take, so that the write waits too.
      assertReason(Reason.UNREACHABLE, () -> dict.put(b("k"), Bytes.wrap(new byte[50_000_000])));
      server.resume();
      assertThat(dict.get(b("k"))).contains(b("v"));
      assertThat(dict.increment(b("n"), 1)).isEqualTo(1);
    }
  }

  @Test
  void moreCallersThanConnectionsAllGetTheirTurn() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(100);
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        StateStore store = open(server.address())) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      List<Callable<Long>> calls = Collections.nCopies(1000, () -> dict.increment(b("n"), 1));
      for (Future<Long> call : threads.invokeAll(calls)) {
        assertThat(call.get()).isPositive();
      }
      assertThat(dict.increment(b("n"), 0)).isEqualTo(1000);
      long connections = command(
          server.address(), redis -> redis.clientList(ClientType.NORMAL).lines().count());
      assertThat(connections).as("one is the one that asks").isBetween(2L, 65L);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aServerThatWasKilledAndCameBackHasWhatItAcknowledged() throws Exception {
    try (RedisServer server = RedisServer.start(); // it saves each change before it acknowledges it
        StateStore store = open(server.address())) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      NamedQueue queue = store.queue("q", CREATE_IF_MISSING);
      for (int i = 0; i < 50; i++) {
        dict.increment(b("n"), 1);
        queue.put(b("" + i));
      }
      server.kill();
      server.restart();
      assertThat(dict.increment(b("n"), 1)).isEqualTo(51);
      assertThat(queue.size()).isEqualTo(50);
      assertThat(queue.get()).isEqualTo(b("0"));
    }
  }

  @Test
  void aServerThatForgotItsScriptsIsToldThemAgain() {
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        StateStore store = open(server.address())) {
      Dict dict = store.dict("d", CREATE_IF_MISSING);
      dict.increment(b("n"), 1);
      command(server.address(), Jedis::scriptFlush);
      assertThat(dict.increment(b("n"), 1)).isEqualTo(2);
    }
  }

  /** STATE.md says so: what was acknowledged but not yet replicated is lost; what was replicated is there, whole. */
  @Test
  void aFailOverLosesWhatWasNotReplicatedAndNothingElse() throws Exception {
    try (RedisServer primary = RedisServer.start("--appendonly", "no");
        RedisServer replica = RedisServer.start(
            "--appendonly",
            "no",
            "--replicaof",
            "127.0.0.1 " + primary.address().getPort())) {
      try (StateStore store = open(primary.address())) {
        Dict dict = store.dict("d", CREATE_IF_MISSING);
        NamedQueue queue = store.queue("q", CREATE_IF_MISSING);
        dict.put(b("before"), b("v"));
        queue.putMany(List.of(b("1"), b("2"), b("3")));
        awaitReplica(primary.address());
        replica.pause();
        dict.put(b("after"), b("v"));
        queue.put(b("4"));
        assertThat(queue.get()).isEqualTo(b("1"));
        primary.kill();
        replica.resume();
      }
      command(replica.address(), redis -> redis.replicaofNoOne());
      try (StateStore store = open(replica.address())) {
        Dict dict = store.dict("d", CREATE_IF_MISSING);
        assertThat(dict.get(b("before"))).contains(b("v"));
        Set<String> left = new HashSet<>();
        store.queue("q", CREATE_IF_MISSING).pollMany(10).forEach(item -> left.add(item.utf8()));
        // The kernel may have passed some of it on before the pause; never out of order, never in
        // part.
        if (dict.get(b("after")).isEmpty()) {
          assertThat(left)
              .as("put 4 is lost, and 1 is delivered again")
              .containsExactlyInAnyOrder("1", "2", "3");
        } else {
          assertThat(left).contains("2", "3");
        }
      }
    }
  }

  @Test
  void anEncryptedConnectionNeedsAnAuthorityThatIsTrusted(@TempDir Path folder) throws Exception {
    Path key = folder.resolve("key.pem");
    Path certificate = folder.resolve("cert.pem");
    Process openssl = new ProcessBuilder(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-keyout",
            key.toString(),
            "-out",
            certificate.toString(),
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
    assertThat(openssl.waitFor()).isZero();
    int port;
    try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (RedisServer server = RedisServer.start(
            "--appendonly",
            "no",
            "--tls-port",
            "" + port,
            "--tls-cert-file",
            certificate.toString(),
            "--tls-key-file",
            key.toString(),
            "--tls-auth-clients",
            "no");
        StateStore trusting =
            StateStore.open(options("rediss://127.0.0.1:" + port).withCertificates(certificate));
        StateStore doubting = StateStore.open(options("rediss://127.0.0.1:" + port));
        StateStore plain =
            StateStore.open(options("rediss://127.0.0.1:" + server.address().getPort())
                .withTimeout(Duration.ofSeconds(1)))) {
      trusting.dict("d", CREATE_IF_MISSING).put(b("k"), b("v"));
      assertThat(trusting.dict("d", CREATE_IF_MISSING).get(b("k"))).contains(b("v"));
      assertReason(
          Reason.UNREACHABLE, () -> doubting.dict("d", CREATE_IF_MISSING).get(b("k")));
      assertReason(Reason.UNREACHABLE, () -> plain.dict("d", CREATE_IF_MISSING).get(b("k")));
    }
  }
}

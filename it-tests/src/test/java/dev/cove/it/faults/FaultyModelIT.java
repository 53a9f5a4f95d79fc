package dev.cove.it.faults;

import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.COPY;
import static dev.cove.storage.StoreOperation.COPY_PART;
import static dev.cove.storage.StoreOperation.CREATE_UPLOAD;
import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.Mounts;
import dev.cove.it.mount.Mounts.Ending;
import dev.cove.storage.testkit.model.ModelCheck;
import dev.cove.storage.testkit.model.Operation;
import dev.cove.storage.testkit.model.Operation.Handles;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.proxy.HttpFaultProxy.Recording;
import dev.cove.storage.testkit.proxy.ProxyFault;
import dev.cove.storage.testkit.proxy.ProxyPlan;
import dev.cove.storage.testkit.server.S3Server;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations on a real mount against a tree in memory, while requests fail at random and the
 * process is killed between operations: programs notice nothing, and nothing is lost.
 */
final class FaultyModelIT {
  // A tenth of all requests is struck: with that many tries no call of millions fails for good.
  private static final String[] SMALL = {"--rw", "--retries", "12", "--stall-timeout", "2s"};
  private static final String[] LARGE = {
    "--rw", "--retries", "12", "--stall-timeout", "2s", "--part-size", "5m"
  };
  // A file of the model then has up to 20 MB: four parts.
  private static final int STRETCHED = 20_011;
  private static final int FIRST_SEED = Integer.getInteger("cove.model.seed", 0);

  @TempDir
  private Path temp;

  private int runs;
  private long requests;
  private long operations;
  private int kills;
  private final Map<String, Integer> struck = new TreeMap<>();

  @Tag("newest-jdk")
  @Test
  void aMountDoesAsAPosixFileSystemDoesWhileRequestsFailForTwoMinutes() {
    run(SMALL, 1, 20, 1, 7_000, 12);
    report(12, 300);
  }

  @Tag("soak")
  @Test
  void aMountDoesSoForTwoHundredThousandOperations() {
    int seeds = Integer.getInteger("cove.model.seeds", 20);
    run(SMALL, 1, FIRST_SEED, seeds, 10_000, 25);
    report(10 * seeds, 400 * seeds);
  }

  @Tag("soak")
  @Test
  void filesOfSeveralPartsDoSoToo() {
    run(LARGE, STRETCHED, FIRST_SEED, Integer.getInteger("cove.model.seeds", 4), 150, 2);
    report(1, 30);
  }

  private void run(
      String[] options, int factor, int firstSeed, int seeds, int length, int remountEvery) {
    for (int seed = firstSeed; seed < firstSeed + seeds; seed++) {
      try (HttpFaultProxy proxy = HttpFaultProxy.start(
          S3Server.shared().endpoint(),
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          Recording.COUNT)) {
        Map<String, ProxyFault> faults = plant(proxy, new Random(seed));
        // Which request is struck depends on threads, so a shorter sequence would prove nothing.
        ModelCheck check = new ModelCheck(
            () -> {
              Path folder = Files.createDirectory(temp.resolve("run-" + runs++));
              BucketMount s3 = new BucketMount(folder, proxy.endpoint());
              return new Mounts(s3, 1, factor, remountEvery, Ending.KILL_EVERY_OTHER, options) {
                @Override
                public void killed() {
                  kills++;
                }
              };
            },
            0);
        check.run("seed " + seed, Operation.random(seed, length, Handles.KEPT_OPEN));
        operations += length;
        requests += proxy.requestCount();
        faults.forEach((kind, fault) -> struck.merge(kind, fault.strikes(), Integer::sum));
      }
    }
  }

  private void report(int leastOfEach, int leastInAll) {
    int all = struck.values().stream().mapToInt(Integer::intValue).sum();
    System.out.printf(
        "%d operations, %d requests, %d faults planted at random, process killed %d times,"
            + " bytes lost: 0 %s%n",
        operations, requests, all, kills, struck);
    assertThat(all).isGreaterThanOrEqualTo(leastInAll);
    assertThat(struck)
        .allSatisfy(
            (kind, times) -> assertThat(times).as(kind).isGreaterThanOrEqualTo(leastOfEach));
    assertThat(kills).isPositive();
  }

  private static Map<String, ProxyFault> plant(HttpFaultProxy proxy, Random random) {
    Map<String, ProxyFault> faults = new LinkedHashMap<>();
    faults.put("SlowDown", sometimes(proxy.onAny(), random, 100).answerS3(503, "SlowDown"));
    faults.put("error", sometimes(proxy.onAny(), random, 40).answerS3(500, "InternalError"));
    faults.put("refused", sometimes(proxy.onAny(), random, 40).refuse());
    faults.put("lost answer", sometimes(proxy.onAny(), random, 40).loseAnswer());
    faults.put("closed", sometimes(proxy.onAny(), random, 40).closeAfterAnswer());
    faults.put("late", sometimes(proxy.onAny(), random, 40).delay(Duration.ofMillis(100)));
    faults.put("cut read", sometimes(proxy.on(GET), random, 10).cutAnswer(1));
    faults.put("cut write", sometimes(proxy.on(PUT, UPLOAD_PART), random, 20).cutRequest(1));
    faults.put(
        "flipped write", sometimes(proxy.on(PUT, UPLOAD_PART), random, 20).flipRequestBit(0));
    faults.put(
        "lost change",
        sometimes(proxy.on(PUT, COPY, CREATE_UPLOAD, UPLOAD_PART, COPY_PART, COMPLETE), random, 20)
            .loseAnswer());
    return faults;
  }

  /**
   * Strikes after a random number of requests again and again, so that there are as many as wanted in any
   * run. Never two in a row: three that break off the same body are more than a mount puts up with.
   */
  private static ProxyPlan sometimes(ProxyPlan plan, Random random, int mean) {
    AtomicInteger left = new AtomicInteger(1 + random.nextInt(mean));
    return plan.where(request -> {
      boolean strikes = left.decrementAndGet() == 0;
      if (strikes) {
        left.set(2 + random.nextInt(2 * mean - 3));
      }
      return strikes;
    });
  }
}

package dev.cove.benchmarks.state;

import dev.cove.benchmarks.Report;
import dev.cove.state.Bytes;
import dev.cove.state.Durability;
import dev.cove.storage.testkit.server.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Measures every limit that the Dict and Queue documentation gives. */
public final class StateBenchmark {
  private static final int FEW = 1000;
  private static final int BATCH = 10_000;

  private final Report report = new Report();
  private final int many;
  private final int times;

  private StateBenchmark(int many, int times) {
    this.many = many;
    this.times = times;
  }

  /** {@code --quick} takes fewer and smaller samples; {@code mixed} and {@code receive} are for child processes. */
  public static void main(String[] words) throws Exception {
    switch (words.length == 0 || words[0].startsWith("--") ? "all" : words[0]) {
      case "mixed" -> Children.runMixed(words[1], Integer.parseInt(words[2]));
      case "receive" ->
        Children.runReceive(words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]));
      case "all", "embedded", "redis" -> {
        boolean quick = List.of(words).contains("--quick");
        StateBenchmark benchmark =
            new StateBenchmark(quick ? 100_000 : 1_000_000, quick ? 2000 : 10_000);
        Path disk = Files.createTempDirectory("cove-bench");
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "cove-bench");
        try {
          if (!List.of(words).contains("redis")) {
            benchmark.embedded(disk, memory);
          }
          if (!List.of(words).contains("embedded")) {
            benchmark.redis();
          }
        } finally {
          remove(disk);
          remove(memory);
        }
        System.exit(benchmark.report.conclude() ? 0 : 1);
      }
      default -> {
        System.err.println("usage: benchmarks/run state [all|embedded|redis] [--quick]");
        System.exit(2);
      }
    }
  }

  private void embedded(Path disk, Path memory) throws Exception {
    try (Store store = Store.filled(disk.resolve("few").toString(), FEW)) {
      report.atMost("embedded: get, p50", micros(store, "get"), 20, "us");
      report.atMost(
          "embedded: put that survives a killed process, p50", micros(store, "put"), 60, "us");
    }
    fsynced(disk);
    try (Store store = Store.filled(memory.resolve("few").toString(), FEW)) {
      report.atLeast(
          "embedded: 8 processes mixed, on tmpfs",
          Children.mixed(memory.resolve("few").toString(), FEW, 8),
          20_000,
          "ops/s");
    }
    long[] handOver = Children.handOver(disk.resolve("few").toString(), FEW, times / 5);
    report.atMost(
        "embedded: put to blocked get elsewhere, p50", Timing.median(handOver) / 1e6, 2, "ms");
    report.atMost(
        "embedded: put to blocked get elsewhere, p99",
        Timing.percentile(handOver, 99) / 1e6,
        10,
        "ms");

    try (Store few = Store.open(disk.resolve("few").toString(), FEW, Durability.PROCESS);
        Store large = Store.filled(disk.resolve("many").toString(), many)) {
      compare("embedded", few, large);
    }
    opens("1,000", disk.resolve("few").toString(), FEW);
    opens(String.format("%,d", many), disk.resolve("many").toString(), many);
    long[] far = Children.handOver(disk.resolve("many").toString(), many, times / 5);
    growth("embedded: hand-over p50", Timing.median(far) / 1e6, Timing.median(handOver) / 1e6);
    try (Store store = Store.filled(memory.resolve("many").toString(), many)) {
      double slow = Children.mixed(memory.resolve("many").toString(), many, 8);
      double fast = Children.mixed(memory.resolve("few").toString(), FEW, 8);
      growth("embedded: 8 processes mixed", 1 / slow, 1 / fast);
    }
  }

  /** The slowest of some opens, each with its first get and put, after a process was killed while it wrote. */
  private void opens(String what, String where, int filled) throws Exception {
    double slowest = 0;
    for (int round = 0; round <= 8; round++) {
      Children.crash(where, filled);
      long start = System.nanoTime();
      try (Store store = Store.open(where, filled, Durability.PROCESS)) {
        store.dict().get(store.somewhere(round));
        store.dict().put(store.somewhere(round), Store.value(round));
        double millis = (System.nanoTime() - start) / 1e6;
        slowest = round == 0 ? 0 : Math.max(slowest, millis); // the first one warms up
      }
    }
    report.atMost("embedded: open after a crash, slowest, with " + what, slowest, 50, "ms");
  }

  /** Every call, and into how many pieces its time is to be divided. */
  private Map<String, Measured> calls(Store store) {
    Map<String, Measured> calls = new LinkedHashMap<>();
    List<Bytes> batch = Collections.nCopies(BATCH, Store.VALUE);
    calls.put("get", new Measured(times, 1, i -> store.dict().get(store.somewhere(i))));
    calls.put(
        "put", new Measured(times, 1, i -> store.dict().put(store.somewhere(i), Store.value(i))));
    calls.put("put and remove of a new key", new Measured(times / 4, 2, i -> {
      store.dict().put(Bytes.utf8("new " + i), Store.VALUE);
      store.dict().remove(Bytes.utf8("new " + i));
    }));
    calls.put(
        "increment", new Measured(times / 4, 1, i -> store.dict().increment(Bytes.utf8("n"), 1)));
    calls.put("dict size", new Measured(times / 4, 1, i -> store.dict().size()));
    calls.put("queue put and poll", new Measured(times / 4, 2, i -> {
      store.queue().put(Store.VALUE);
      store.queue().poll();
    }));
    calls.put("queue lease and acknowledge", new Measured(times / 8, 2, i -> {
      store.queue().put(Store.VALUE);
      store.queue().lease(Duration.ofMinutes(1)).orElseThrow().acknowledge();
    }));
    calls.put("queue size", new Measured(times / 4, 1, i -> store.queue().size()));
    calls.put("queue peek", new Measured(times / 4, 1, i -> store.queue().peek()));
    calls.put(
        "putMany of 10,000, an item", new Measured(5, BATCH, i -> store.queue().putMany(batch)));
    calls.put(
        "getMany of 10,000, an item", new Measured(5, BATCH, i -> store.queue().getMany(BATCH)));
    calls.put("iteration, a page of keys", new Measured(times / 50, 1, i -> {
      var keys = store.dict().keys().iterator();
      for (int n = 0; n < 500 && keys.hasNext(); n++) {
        keys.next();
      }
    }));
    return calls;
  }

  private double micros(Store store, String call) throws Exception {
    Measured measured = Objects.requireNonNull(calls(store).get(call));
    return Timing.medianMicros(measured.times, measured.call) / measured.parts;
  }

  private record Measured(int times, int parts, Timing.Call call) {}

  /** Short rounds on the small store and the large one in turn, so that both meet the same weather. */
  private void compare(String backend, Store few, Store large) throws Exception {
    Map<String, Measured> small = calls(few);
    for (Map.Entry<String, Measured> call : calls(large).entrySet()) {
      Measured mine = Objects.requireNonNull(small.get(call.getKey()));
      Measured its = call.getValue();
      int rounds = 5;
      int each = Math.max(5, its.times / rounds);
      report.note(
          backend + ": " + call.getKey() + ", with 1,000",
          Timing.medianMicros(each, mine.call) / mine.parts,
          "us");
      double speed = Timing.ratio(rounds, each, its.call, mine.call);
      growth(backend + ": " + call.getKey(), 1 / speed, 1);
    }
  }

  private void growth(String what, double large, double few) {
    report.atMost(what + String.format(", with %,d against 1,000", many), large / few, 2, "x");
  }

  private void fsynced(Path disk) throws Exception {
    Path file = disk.resolve("bare");
    try (Store store = Store.open(disk.resolve("synced").toString(), FEW, Durability.DISK);
        FileChannel bare =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer page = ByteBuffer.allocate(4096);
      double ratio =
          Timing.ratio(9, times / 40, i -> store.dict().put(store.key(i), Store.value(i)), i -> {
            page.clear();
            bare.write(page);
            bare.force(false);
          });
      report.atMost(
          "embedded: fsynced put against a bare write and fsync, p50", 1 / ratio, 1.5, "x");
    }
  }

  private void redis() throws Exception {
    try (RedisServer server = RedisServer.start("--appendonly", "no");
        RedisClient client = RedisClient.create(server.address().toString())) {
      String url = server.address().toString();
      RedisCommands<byte[], byte[]> bare =
          client.connect(ByteArrayCodec.INSTANCE).sync();
      try (Store store = Store.filled(url, FEW)) {
        againstBare(store, bare);
        report.atLeast(
            "redis: putMany of 10,000",
            1e6 / micros(store, "putMany of 10,000, an item"),
            100_000,
            "items/s");
        report.atLeast(
            "redis: getMany of 10,000",
            1e6 / micros(store, "getMany of 10,000, an item"),
            100_000,
            "items/s");
      }
      long[] handOver = Children.handOver(url, FEW, times / 5);
      report.note("redis: put to blocked get elsewhere, p50", Timing.median(handOver) / 1e6, "ms");
      report.note(
          "redis: put to blocked get elsewhere, p99", Timing.percentile(handOver, 99) / 1e6, "ms");
      try (Store few = Store.open(url, FEW, Durability.PROCESS);
          Store large = Store.filled(url, many)) {
        compare("redis", few, large);
      }
    }
  }

  private void againstBare(Store store, RedisCommands<byte[], byte[]> bare) throws Exception {
    byte[] hash = "bare-hash".getBytes(StandardCharsets.UTF_8);
    byte[] list = "bare-list".getBytes(StandardCharsets.UTF_8);
    byte[] value = Store.VALUE.array();
    for (int i = 0; i < FEW; i++) {
      bare.hset(hash, store.key(i).array(), value);
    }
    int rounds = 15;
    int each = times / 5;
    report.atLeast(
        "redis: get against bare Lettuce",
        Timing.ratio(
            rounds,
            each,
            i -> store.dict().get(store.somewhere(i)),
            i -> bare.hget(hash, store.somewhere(i).array())),
        0.8,
        "x");
    report.atLeast(
        "redis: put against bare Lettuce",
        Timing.ratio(
            rounds,
            each,
            i -> store.dict().put(store.somewhere(i), Store.value(i)),
            i -> bare.hset(hash, store.somewhere(i).array(), Store.value(i).array())),
        0.8,
        "x");
    report.atLeast(
        "redis: increment against bare Lettuce",
        Timing.ratio(
            rounds,
            each,
            i -> store.dict().increment(Bytes.utf8("n"), 1),
            i -> bare.hincrby(hash, "n".getBytes(StandardCharsets.UTF_8), 1)),
        0.8,
        "x");
    report.atLeast(
        "redis: queue put against bare Lettuce",
        Timing.ratio(
            rounds, each, i -> store.queue().put(Store.VALUE), i -> bare.rpush(list, value)),
        0.8,
        "x");
    report.atLeast(
        "redis: queue poll against bare Lettuce",
        Timing.ratio(rounds, each, i -> store.queue().poll(), i -> bare.lpop(list)),
        0.8,
        "x");
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

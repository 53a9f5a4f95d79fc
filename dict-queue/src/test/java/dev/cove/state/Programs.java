package dev.cove.state;

import static dev.cove.state.IfMissing.CREATE_IF_MISSING;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/** What the child processes of the tests do; the first word says what, the second where the store is. */
public final class Programs {
  private Programs() {}

  public static void main(String[] words) throws Exception {
    try (StateStore store = open(words[1])) {
      switch (words[0]) {
        case "count" -> count(store);
        case "puts" -> puts(store, Long.parseLong(words[2]));
        case "worker" -> worker(store);
        case "produce" -> produce(store, Integer.parseInt(words[2]));
        case "history" -> history(store, Integer.parseInt(words[2]), Integer.parseInt(words[3]));
        default -> throw new IllegalArgumentException(words[0]);
      }
    }
  }

  /** A folder, or a URL. */
  static StateStore open(String where) {
    return StateStore.open(
        where.contains("://")
            ? StoreOptions.embedded(Path.of("unused")).withUrl(where)
            : StoreOptions.embedded(Path.of(where)));
  }

  /** Says each sum once it is acknowledged, and puts each into a queue, until it is killed. */
  private static void count(StateStore store) throws InterruptedException {
    Dict dict = store.dict("counts", CREATE_IF_MISSING);
    NamedQueue queue = store.queue("counts", CREATE_IF_MISSING);
    while (true) {
      long sum = dict.increment(Bytes.utf8("n"), 1);
      queue.put(Bytes.utf8(Long.toString(sum)));
      System.out.println(sum);
    }
  }

  /** Says how often it could put within so many milliseconds, begun when it is told to. */
  private static void puts(StateStore store, long millis) throws Exception {
    Dict dict = store.dict("fair", CREATE_IF_MISSING);
    dict.size();
    System.out.println("ready");
    awaitWord();
    long end = System.nanoTime() + millis * 1_000_000;
    long done = 0;
    while (System.nanoTime() < end) {
      dict.put(Bytes.utf8("k"), Bytes.utf8(Long.toString(System.nanoTime())));
      done++;
    }
    System.out.println(done);
  }

  private static void awaitWord() throws Exception {
    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
  }

  /** The worker of the fan-out: squares numbers until it gets null. */
  private static void worker(StateStore store) throws InterruptedException {
    NamedQueue work = store.queue("work-queue", IfMissing.FAIL);
    NamedQueue results = store.queue("results-queue", IfMissing.FAIL);
    int done = 0;
    for (Bytes item = work.get(); !item.isNull(); item = work.get()) {
      long n = Long.parseLong(item.utf8());
      results.put(Bytes.utf8(n + " " + n * n));
      done++;
    }
    System.out.println(done);
  }

  private static void produce(StateStore store, int items) throws InterruptedException {
    NamedQueue tasks = store.queue("tasks", CREATE_IF_MISSING);
    for (int i = 0; i < items; i++) {
      tasks.put(Bytes.utf8("task " + i));
    }
    tasks.put(Bytes.NULL);
  }

  /** Random steps on a few keys and a queue; says what each was, when it began and ended, and what it gave. */
  private static void history(StateStore store, int seed, int steps) throws Exception {
    Dict dict = store.dict("history", CREATE_IF_MISSING);
    NamedQueue queue = store.queue("history", CREATE_IF_MISSING);
    dict.size();
    queue.size();
    System.out.println("ready");
    awaitWord();
    Random random = new Random(seed);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < steps; i++) {
      // New objects from time to time: the search for an order grows fast with the steps on one.
      int round = i / 20;
      String object = (random.nextInt(3) == 0 ? "queue" : "key" + random.nextInt(2)) + "." + round;
      Bytes key = Bytes.utf8(object);
      String value = Integer.toString(random.nextInt(4));
      String other = Integer.toString(random.nextInt(4));
      String action;
      long begin = System.nanoTime();
      String result;
      if (object.startsWith("queue")) {
        String item = seed + "." + i;
        boolean put = random.nextInt(5) < 2;
        NamedQueue part = queue.partition(object);
        action = put ? "offer " + item : "poll";
        result = put ? "" + part.offer(Bytes.utf8(item)) : text(part.poll());
      } else {
        switch (random.nextInt(6)) {
          case 0 -> {
            action = "put " + value;
            dict.put(key, Bytes.utf8(value));
            result = "done";
          }
          case 1 -> {
            action = "increment";
            result = "" + dict.increment(key, 1);
          }
          case 2 -> {
            action = "compareAndSet " + value + " " + other;
            result = "" + dict.compareAndSet(key, Bytes.utf8(value), Bytes.utf8(other));
          }
          case 3 -> {
            action = "pop";
            result = text(dict.pop(key));
          }
          case 4 -> {
            action = "putIfAbsent " + value;
            result = "" + dict.putIfAbsent(key, Bytes.utf8(value), Duration.ofHours(1));
          }
          default -> {
            action = "get";
            result = text(dict.get(key));
          }
        }
      }
      long end = System.nanoTime();
      all.append(begin)
          .append(',')
          .append(end)
          .append(',')
          .append(object)
          .append(',')
          .append(action)
          .append(',')
          .append(result)
          .append('\n');
    }
    System.out.print(all);
  }

  private static String text(Optional<Bytes> value) {
    return value.map(Bytes::utf8).orElse("none");
  }
}

package dev.cove.benchmarks.state;

import dev.cove.state.Bytes;
import dev.cove.state.Durability;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** What other processes do, and how they are started and heard. */
final class Children {
  private static final long WARM_UP_MILLIS = 3000;
  private static final long MEASURED_MILLIS = 4000;

  private Children() {}

  private static Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        System.getProperty("java.home") + "/bin/java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-cp",
        System.getProperty("java.class.path"),
        StateBenchmark.class.getName()));
    command.addAll(List.of(words));
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static BufferedReader lines(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Operations a second of so many processes together. */
  static double mixed(String where, int filled, int processes) throws Exception {
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      children.add(start("mixed", where, Integer.toString(filled)));
    }
    for (Process child : children) {
      lines(child).readLine(); // it has begun
    }
    long begin = System.currentTimeMillis() + WARM_UP_MILLIS;
    for (Process child : children) {
      child.getOutputStream().write((begin + "\n").getBytes(StandardCharsets.UTF_8));
      child.getOutputStream().flush();
    }
    long total = 0;
    for (Process child : children) {
      total += Long.parseLong(lines(child).readLine());
      child.waitFor();
    }
    return total / (MEASURED_MILLIS / 1000.0);
  }

  /** A process that writes, killed while it does. */
  static void crash(String where, int filled) throws Exception {
    Process child = start("mixed", where, Integer.toString(filled));
    lines(child).readLine(); // it has begun
    long never = System.currentTimeMillis() + TimeUnit.HOURS.toMillis(1);
    child.getOutputStream().write((never + "\n").getBytes(StandardCharsets.UTF_8));
    child.getOutputStream().flush();
    TimeUnit.MILLISECONDS.sleep(500);
    child.destroyForcibly().waitFor();
  }

  /** In a child: six of ten steps are gets, two puts, one a put to the queue and one a take from it. */
  static void runMixed(String where, int filled) throws Exception {
    try (Store store = Store.open(where, filled, Durability.PROCESS)) {
      System.out.println("ready");
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      long begin = Long.parseLong(in.readLine());
      ThreadLocalRandom random = ThreadLocalRandom.current();
      long done = 0;
      for (long now = System.currentTimeMillis();
          now < begin + MEASURED_MILLIS;
          now = System.currentTimeMillis()) {
        if (now < begin) {
          done = 0; // still warming up
        }
        Bytes key = store.somewhere(random.nextInt() >>> 1);
        switch (random.nextInt(10)) {
          case 0, 1 -> store.dict().put(key, Store.value(0));
          case 2 -> store.queue().put(Store.VALUE);
          case 3 -> store.queue().poll();
          default -> store.dict().get(key);
        }
        done++;
      }
      System.out.println(done);
    }
  }

  /** Nanoseconds from the begin of a put here to the end of a blocked get in another process, sorted. */
  static long[] handOver(String where, int filled, int times) throws Exception {
    int warmUp = 300;
    Process child =
        start("receive", where, Integer.toString(filled), Integer.toString(times + warmUp));
    long[] nanos = new long[times];
    try (Store store = Store.open(where, filled, Durability.PROCESS);
        BufferedReader lines = lines(child)) {
      lines.readLine(); // it is about to wait
      for (int i = 0; i < times + warmUp; i++) {
        TimeUnit.MILLISECONDS.sleep(3); // so that it waits indeed
        long start = System.nanoTime();
        store
            .queue()
            .partition("hand-over")
            .put(Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(start).array()));
        long took = Long.parseLong(lines.readLine());
        if (i >= warmUp) {
          nanos[i - warmUp] = took;
        }
      }
    }
    child.waitFor();
    Arrays.sort(nanos);
    return nanos;
  }

  /** In a child: the clock of {@link System#nanoTime} is the machine's, the same in every process. */
  static void runReceive(String where, int filled, int times) throws Exception {
    try (Store store = Store.open(where, filled, Durability.PROCESS)) {
      store.queue().size();
      System.out.println("ready");
      for (int i = 0; i < times; i++) {
        Bytes item = store.queue().partition("hand-over").get();
        System.out.println(System.nanoTime() - ByteBuffer.wrap(item.array()).getLong());
      }
    }
  }
}

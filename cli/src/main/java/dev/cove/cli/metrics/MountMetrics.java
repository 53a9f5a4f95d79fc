package dev.cove.cli.metrics;

import dev.cove.cache.MemoryBudget;
import dev.cove.disk.DiskCache;
import dev.cove.fuse.FuseMount;
import dev.cove.mount.BucketFileSystem;
import dev.cove.read.ReadMeter;
import dev.cove.storage.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What one mount has done since it began, and what it holds. */
public final class MountMetrics {
  private final StoreMetrics store = new StoreMetrics();
  private final ReadMetrics read = new ReadMetrics();

  /** Hears what the read path does. */
  public ReadMeter reads() {
    return read;
  }

  /** The store with its requests counted. */
  public ObjectStore counting(ObjectStore counted) {
    return store.counting(counted);
  }

  /**
   * What is asked when somebody wants to know.
   *
   * @param disk null where nothing is kept on disk
   */
  public record Sources(
      FuseMount mount,
      BucketFileSystem files,
      MemoryBudget budget,
      @Nullable DiskCache disk) {}

  /** All figures of this moment, those of one family beside each other. */
  public List<Figure> figures(Sources from) {
    List<Figure> all = new ArrayList<>();
    store.counted().forEach((operation, counted) -> {
      String kind = operation.label();
      Latency.Times times = counted.times();
      all.add(Figure.counter("store_requests", "Requests to the store.", times.count())
          .of("kind", kind));
      all.add(Figure.counter(
              "store_failures", "Requests that failed; of absent objects too.", counted.failed())
          .of("kind", kind));
      all.add(Figure.counter("store_sent_bytes", "Bytes of content sent.", counted.sent())
          .of("kind", kind));
      all.add(
          Figure.counter("store_seconds", "Time until the answers began, added up.", times.sum())
              .of("kind", kind));
      quantiles(all, "store_latency_seconds", "Time until an answer began.", times, kind);
    });
    all.add(Figure.counter("reads", "Reads of the kernel.", read.reads.sum()));
    all.add(Figure.counter("read_bytes", "Bytes handed to the kernel.", read.bytes.sum()));
    all.add(Figure.counter(
        "read_hit_bytes",
        "Those that were in memory when they were asked for.",
        read.hitBytes.sum()));
    Latency.Times waits = read.waits.times();
    all.add(Figure.counter("read_waits", "Reads that waited for bytes.", waits.count()));
    quantiles(all, "read_wait_seconds", "Time that reads waited for bytes.", waits, null);
    all.add(Figure.counter(
            "fetches", "Requests for bytes, the disk cache's too.", read.demandRequests.sum())
        .of("purpose", "demand"));
    all.add(Figure.counter(
            "fetches", "Requests for bytes, the disk cache's too.", read.aheadRequests.sum())
        .of("purpose", "ahead"));
    all.add(Figure.counter("fetched_bytes", "Bytes that came.", read.demandBytes.sum())
        .of("purpose", "demand"));
    all.add(Figure.counter("fetched_bytes", "Bytes that came.", read.aheadBytes.sum())
        .of("purpose", "ahead"));
    all.add(Figure.counter(
        "fetched_disk_bytes", "Those that came from the disk cache.", read.diskBytes.sum()));
    all.add(Figure.counter(
        "fetch_wasted_bytes", "Bytes fetched ahead that nobody read.", read.wastedBytes.sum()));
    all.add(Figure.counter(
        "fetch_resumptions",
        "Answers that broke off and were taken up again.",
        read.resumed.sum()));
    all.add(Figure.counter(
        "window_changes",
        "How often a read-ahead window got another size.",
        read.windowChanges.sum()));
    all.add(Figure.gauge(
        "window_bytes", "The size that a read-ahead window got last.", read.lastWindow.get()));
    all.add(Figure.gauge(
        "window_largest_bytes", "The largest read-ahead window so far.", read.largestWindow.get()));
    held(all, from);
    return all;
  }

  private static void held(List<Figure> all, Sources from) {
    MemoryBudget budget = from.budget();
    all.add(
        Figure.gauge("memory_limit_bytes", "The memory budget of the process.", budget.total()));
    for (MemoryBudget.Use use : MemoryBudget.Use.values()) {
      all.add(Figure.gauge(
              "memory_bytes", "Memory of the budget in use, by what for.", budget.used(use))
          .of("use", use.name().toLowerCase(Locale.ROOT)));
    }
    BucketFileSystem.Held held = from.files().held();
    all.add(Figure.gauge(
        "cached_bytes", "Bytes of blocks kept in memory for later.", held.cachedBytes()));
    all.add(Figure.counter(
        "cache_evictions", "Blocks thrown out of memory to make room.", held.evictions()));
    all.add(Figure.gauge("inodes", "Files and directories that the kernel knows.", held.inodes()));
    all.add(Figure.gauge(
        "pending_bytes",
        "Bytes written that the bucket does not have yet.",
        from.files().unsaved().bytes()));
    DiskCache disk = from.disk();
    if (disk != null) {
      all.add(
          Figure.gauge("disk_cache_bytes", "What the disk cache takes of the disk.", disk.bytes()));
      all.add(Figure.counter("disk_cache_hit_bytes", "Bytes that came from it.", disk.hitBytes()));
      all.add(Figure.counter(
          "disk_cache_written_bytes", "Bytes that were kept in it.", disk.writtenBytes()));
      all.add(Figure.counter(
          "disk_cache_dropped_bytes",
          "Bytes not kept as the disk was behind or full.",
          disk.droppedBytes()));
    }
    FuseMount.Statistics kernel = from.mount().statistics();
    all.add(Figure.counter("kernel_requests", "Requests of the kernel.", kernel.requests()));
    all.add(Figure.counter(
        "kernel_failures", "Those that were answered with an error.", kernel.failures()));
    all.add(Figure.counter(
        "kernel_slow_requests",
        "Those that took longer than --slow-after.",
        kernel.slowRequests()));
    all.add(Figure.counter(
        "kernel_written_bytes", "Bytes that programs wrote.", kernel.bytesWritten()));
    all.add(Figure.gauge("threads", "Threads that serve the kernel.", kernel.threads()));
  }

  private static void quantiles(
      List<Figure> all, String name, String help, Latency.Times times, @Nullable String kind) {
    double[] values = {times.p50(), times.p90(), times.p99(), times.max()};
    String[] quantiles = {"0.5", "0.9", "0.99", "1"};
    for (int i = 0; i < values.length; i++) {
      Figure figure = Figure.gauge(name, help, values[i]);
      all.add((kind == null ? figure : figure.of("kind", kind)).of("quantile", quantiles[i]));
    }
  }
}

package dev.cove.cli.mount;

import dev.cove.cli.command.Printable;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a mount at one moment, and how a person is shown them.
 *
 * @param figures by name, labels appended with dots: {@code store_requests.GET}
 */
record Stats(String mountPoint, String source, Instant time, Map<String, Number> figures) {
  private static final String REQUESTS = "store_requests.";
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  Stats(String mountPoint, String source, Map<String, Number> figures) {
    this(mountPoint, source, Clock.systemUTC().instant(), figures);
  }

  Map<String, Object> toMap() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("mountPoint", mountPoint);
    all.put("source", source);
    all.put("time", time);
    figures.forEach((name, value) -> all.put(
        name, value.doubleValue() == value.longValue() ? (Number) value.longValue() : value));
    return all;
  }

  /** @param before to tell what happened since; null for what happened since the mount began */
  List<String> lines(@Nullable Stats before) {
    List<String> lines = new ArrayList<>();
    lines.add(Printable.line(mountPoint + "  " + source + "  " + time));
    double read = since("read_bytes", before);
    lines.add(line(
        "read",
        "%s in %.0f reads, %.0f %% from memory; %.0f waited, median %s, 99 %% %s",
        bytes(read),
        since("reads", before),
        percent(since("read_hit_bytes", before), read),
        since("read_waits", before),
        time(value("read_wait_seconds.0.5")),
        time(value("read_wait_seconds.0.99"))));
    lines.add(line(
        "fetched",
        "%s for readers in %.0f requests, %s ahead in %.0f; %s from disk; %s for nothing",
        bytes(since("fetched_bytes.demand", before)),
        since("fetches.demand", before),
        bytes(since("fetched_bytes.ahead", before)),
        since("fetches.ahead", before),
        bytes(since("fetched_disk_bytes", before)),
        bytes(since("fetch_wasted_bytes", before))));
    lines.add(line(
        "windows",
        "last %s, largest %s, %.0f changes, %.0f resumptions",
        bytes(value("window_bytes")),
        bytes(value("window_largest_bytes")),
        since("window_changes", before),
        since("fetch_resumptions", before)));
    for (String name : new TreeSet<>(figures.keySet())) {
      if (name.startsWith(REQUESTS)) {
        lines.add(requests(name.substring(REQUESTS.length()), before));
      }
    }
    lines.add(line(
        "memory",
        "%s of %s: blocks %s (%s kept for later), uploads %s, listings %s",
        bytes(value("memory_bytes.blocks")
            + value("memory_bytes.uploads")
            + value("memory_bytes.listings")),
        bytes(value("memory_limit_bytes")),
        bytes(value("memory_bytes.blocks")),
        bytes(value("cached_bytes")),
        bytes(value("memory_bytes.uploads")),
        bytes(value("memory_bytes.listings"))));
    if (figures.containsKey("disk_cache_bytes")) {
      lines.add(line(
          "disk",
          "%s; %s read from it, %s written, %s not kept",
          bytes(value("disk_cache_bytes")),
          bytes(since("disk_cache_hit_bytes", before)),
          bytes(since("disk_cache_written_bytes", before)),
          bytes(since("disk_cache_dropped_bytes", before))));
    }
    lines.add(line(
        "kernel",
        "%.0f requests, %.0f failed, %.0f slow; %.0f inodes; %s to upload",
        since("kernel_requests", before),
        since("kernel_failures", before),
        since("kernel_slow_requests", before),
        value("inodes"),
        bytes(value("pending_bytes"))));
    return lines;
  }

  private String requests(String kind, @Nullable Stats before) {
    double sent = since("store_sent_bytes." + kind, before);
    return line(
        kind,
        "%.0f requests, %.0f failed, median %s, 90 %% %s, 99 %% %s%s",
        since(REQUESTS + kind, before),
        since("store_failures." + kind, before),
        latency(kind, "0.5"),
        latency(kind, "0.9"),
        latency(kind, "0.99"),
        sent == 0 ? "" : ", " + bytes(sent) + " sent");
  }

  private String latency(String kind, String quantile) {
    return time(value("store_latency_seconds." + kind + "." + quantile));
  }

  private static String line(String what, String form, Object... values) {
    return String.format(Locale.ROOT, "  %-14s " + form, prepend(what, values));
  }

  private static Object[] prepend(String what, Object[] values) {
    List<Object> all = new ArrayList<>(List.of(values));
    all.add(0, what);
    return all.toArray();
  }

  private double value(String name) {
    Number value = figures.get(name);
    return value == null ? 0 : value.doubleValue();
  }

  private double since(String name, @Nullable Stats before) {
    return value(name) - (before == null ? 0 : before.value(name));
  }

  private static double percent(double part, double whole) {
    return whole == 0 ? 0 : 100 * part / whole;
  }

  private static String time(double seconds) {
    return seconds < 0.01
        ? String.format(Locale.ROOT, "%.2f ms", seconds * 1e3)
        : String.format(Locale.ROOT, "%.0f ms", seconds * 1e3);
  }

  private static String bytes(double count) {
    double left = count;
    int unit = 0;
    while (left >= 1024 && unit < UNITS.length - 1) {
      left /= 1024;
      unit++;
    }
    return String.format(
        Locale.ROOT, left < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", left, UNITS[unit]);
  }
}

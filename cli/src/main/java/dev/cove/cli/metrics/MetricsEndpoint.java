package dev.cove.cli.metrics;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Answers Prometheus over HTTP with the figures of all mounts of the process. */
public final class MetricsEndpoint implements AutoCloseable {
  private static final String PREFIX = "cove_";

  private final HTTPServer server;

  private MetricsEndpoint(HTTPServer server) {
    this.server = server;
  }

  /**
   * Listens at once.
   *
   * @param figures by mount point, asked at each scrape
   * @throws IOException when the address cannot be had
   */
  public static MetricsEndpoint start(
      InetSocketAddress address, Supplier<Map<String, List<Figure>>> figures) throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register((MultiCollector) () -> snapshots(figures.get()));
    return new MetricsEndpoint(HTTPServer.builder()
        .inetAddress(address.getAddress())
        .port(address.getPort())
        .registry(registry)
        .buildAndStart());
  }

  /** The port, where any was asked for. */
  public int port() {
    return server.getPort();
  }

  private static MetricSnapshots snapshots(Map<String, List<Figure>> figures) {
    Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
    Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
    figures.forEach((mount, all) -> {
      for (Figure figure : all) {
        Labels labels = labels(mount, figure);
        String name = PREFIX + figure.name();
        switch (figure.type()) {
          case COUNTER ->
            counters
                .computeIfAbsent(name, n -> CounterSnapshot.builder().name(n).help(figure.help()))
                .dataPoint(CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value(figure.value())
                    .build());
          case GAUGE ->
            gauges
                .computeIfAbsent(name, n -> GaugeSnapshot.builder().name(n).help(figure.help()))
                .dataPoint(GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value(figure.value())
                    .build());
        }
      }
    });
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    counters.values().forEach(counter -> all.metricSnapshot(counter.build()));
    gauges.values().forEach(gauge -> all.metricSnapshot(gauge.build()));
    return all.build();
  }

  private static Labels labels(String mount, Figure figure) {
    Labels labels = Labels.of("mount", mount);
    for (Map.Entry<String, String> label : figure.labels().entrySet()) {
      labels = labels.add(label.getKey(), label.getValue());
    }
    return labels;
  }

  @Override
  public void close() {
    server.close();
  }
}

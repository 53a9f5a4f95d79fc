package dev.cove.cli.metrics;

import dev.cove.read.ReadMeter;
import dev.cove.storage.StorageException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what the read path does. */
final class ReadMetrics implements ReadMeter {
  final LongAdder reads = new LongAdder();
  final LongAdder bytes = new LongAdder();
  final LongAdder hitBytes = new LongAdder();
  final LongAdder demandRequests = new LongAdder();
  final LongAdder demandBytes = new LongAdder();
  final LongAdder aheadRequests = new LongAdder();
  final LongAdder aheadBytes = new LongAdder();
  final LongAdder wastedBytes = new LongAdder();
  final LongAdder diskBytes = new LongAdder();
  final LongAdder resumed = new LongAdder();
  final LongAdder windowChanges = new LongAdder();
  final AtomicLong lastWindow = new AtomicLong();
  final AtomicLong largestWindow = new AtomicLong();
  final Latency waits = new Latency();

  @Override
  public void delivered(long count, long hit) {
    reads.increment();
    bytes.add(count);
    hitBytes.add(hit);
  }

  @Override
  public void waited(long nanos) {
    waits.record(nanos);
  }

  @Override
  public void fetchStarted(Purpose purpose, long count) {
    (purpose == Purpose.DEMAND ? demandRequests : aheadRequests).increment();
  }

  @Override
  public void fetchEnded(Purpose purpose, long count) {
    (purpose == Purpose.DEMAND ? demandBytes : aheadBytes).add(count);
  }

  @Override
  public void fromDisk(long count) {
    diskBytes.add(count);
  }

  @Override
  public void resumed(StorageException.Kind why) {
    resumed.increment();
  }

  @Override
  public void window(long size) {
    windowChanges.increment();
    lastWindow.set(size);
    largestWindow.accumulateAndGet(size, Math::max);
  }

  @Override
  public void wasted(long count) {
    wastedBytes.add(count);
  }
}

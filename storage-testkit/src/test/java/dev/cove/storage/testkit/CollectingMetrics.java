package dev.cove.storage.testkit;

import dev.cove.storage.StorageException;
import dev.cove.storage.StoreMetrics;
import dev.cove.storage.StoreOperation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what it is told, as readable lines. */
final class CollectingMetrics implements StoreMetrics {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final AtomicInteger calls = new AtomicInteger();

  List<String> lines() {
    return List.copyOf(lines);
  }

  int calls() {
    return calls.get();
  }

  @Override
  public void called(StoreOperation operation, long nanos) {
    calls.incrementAndGet();
    lines.add(operation.label() + " took " + nanos);
  }

  @Override
  public void failed(StoreOperation operation, StorageException.Kind kind) {
    lines.add(operation.label() + " failed " + kind);
  }

  @Override
  public void sent(StoreOperation operation, long bytes) {
    lines.add(operation.label() + " sent " + bytes);
  }

  @Override
  public void received(long bytes) {
    lines.add("received " + bytes);
  }
}

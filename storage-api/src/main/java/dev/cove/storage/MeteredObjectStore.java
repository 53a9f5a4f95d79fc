package dev.cove.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/** Reports every call, its time, its bytes and its failure to a {@link StoreMetrics}. */
public final class MeteredObjectStore extends InterceptingObjectStore {
  private final StoreMetrics metrics;
  private final LongSupplier nanos;

  public MeteredObjectStore(ObjectStore delegate, StoreMetrics metrics) {
    this(delegate, metrics, System::nanoTime);
  }

  public MeteredObjectStore(ObjectStore delegate, StoreMetrics metrics, LongSupplier nanos) {
    super(delegate);
    this.metrics = metrics;
    this.nanos = nanos;
  }

  @Override
  public ObjectBody get(GetRequest request) throws StorageException {
    return new MeteredBody(super.get(request));
  }

  @Override
  protected <T> T intercept(StoreCall call, Action<T> action) throws StorageException {
    long start = nanos.getAsLong();
    try {
      T result = action.run();
      if (call.payload() > 0) {
        metrics.sent(call.operation(), call.payload());
      }
      return result;
    } catch (StorageException e) {
      metrics.failed(call.operation(), e.kind());
      throw e;
    } finally {
      metrics.called(call.operation(), nanos.getAsLong() - start);
    }
  }

  private final class MeteredBody extends ForwardingObjectBody {
    MeteredBody(ObjectBody delegate) {
      super(delegate);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      try {
        int count = super.read(target);
        if (count > 0) {
          metrics.received(count);
        }
        return count;
      } catch (StorageException e) {
        metrics.failed(StoreOperation.GET, e.kind());
        throw e;
      }
    }
  }
}

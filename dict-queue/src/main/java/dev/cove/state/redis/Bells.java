package dev.cove.state.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.state.QueueBackend.Bell;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the waiting threads of this process when the server rings: one subscription for each queue somebody waits on. When the
 * connection has dropped everybody is woken once it is back, since nobody can tell what was missed.
 *
 * <p>Order: {@code subscribing}, {@code lock}. Nothing is sent while {@code lock} is held.
 */
final class Bells implements AutoCloseable {
  // Getters that come and go on few queues need not subscribe each time.
  private static final int KEPT_SUBSCRIBED = 256;

  private final Supplier<StatefulRedisPubSubConnection<byte[], byte[]>> connector;
  private final Object subscribing = new Object();
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("subscribing")
  private @Nullable StatefulRedisPubSubConnection<byte[], byte[]> connection;

  @GuardedBy("lock")
  private final Map<String, Channel> channels = new HashMap<>();

  @GuardedBy("lock")
  private boolean closed;

  /** One queue's bell; guarded by the lock. */
  private static final class Channel {
    private final Condition rung;
    private long strokes;
    private int listeners;

    private Channel(Condition rung) {
      this.rung = rung;
    }
  }

  Bells(Supplier<StatefulRedisPubSubConnection<byte[], byte[]>> connector) {
    this.connector = connector;
  }

  Bell listen(String name) {
    synchronized (subscribing) {
      Channel channel;
      boolean fresh;
      List<byte[]> idle = new ArrayList<>();
      lock.lock();
      try {
        ensureOpen();
        fresh = !channels.containsKey(name);
        channel = channels.computeIfAbsent(name, n -> new Channel(lock.newCondition()));
        channel.listeners++;
        if (channels.size() > KEPT_SUBSCRIBED) {
          channels
              .entrySet()
              .removeIf(entry -> entry.getValue().listeners == 0
                  && idle.add(entry.getKey().getBytes(StandardCharsets.US_ASCII)));
        }
      } finally {
        lock.unlock();
      }
      try {
        StatefulRedisPubSubConnection<byte[], byte[]> open = connected();
        if (!idle.isEmpty()) {
          open.sync().unsubscribe(idle.toArray(byte[][]::new));
        }
        if (fresh) {
          open.sync().subscribe(name.getBytes(StandardCharsets.US_ASCII));
        }
        return new Listener(channel);
      } catch (RuntimeException e) {
        lock.lock();
        try {
          channels.remove(name);
        } finally {
          lock.unlock();
        }
        throw e;
      }
    }
  }

  @GuardedBy("subscribing")
  private StatefulRedisPubSubConnection<byte[], byte[]> connected() {
    StatefulRedisPubSubConnection<byte[], byte[]> open = connection;
    if (open == null) {
      open = connector.get();
      open.addListener(new RedisPubSubAdapter<>() {
        @Override
        public void message(byte[] channel, byte[] message) {
          strike(new String(channel, StandardCharsets.US_ASCII));
        }

        /** Comes after each reconnect too. */
        @Override
        public void subscribed(byte[] channel, long count) {
          strike(new String(channel, StandardCharsets.US_ASCII));
        }
      });
      connection = open;
    }
    return open;
  }

  private void strike(String name) {
    lock.lock();
    try {
      Channel channel = channels.get(name);
      if (channel != null) {
        channel.strokes++;
        channel.rung.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void ensureOpen() {
    if (closed) {
      throw new StateException(Reason.CLOSED, "the store was closed");
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      channels.values().forEach(channel -> channel.rung.signalAll());
    } finally {
      lock.unlock();
    }
  }

  private final class Listener implements Bell {
    private final Channel channel;

    Listener(Channel channel) {
      this.channel = channel;
    }

    @Override
    public long strokes() {
      lock.lock();
      try {
        return channel.strokes;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void await(long seen, long nanos) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        long left = nanos;
        while (channel.strokes == seen && left > 0) {
          ensureOpen();
          left = channel.rung.awaitNanos(left);
        }
        ensureOpen();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        channel.listeners--;
      } finally {
        lock.unlock();
      }
    }
  }
}

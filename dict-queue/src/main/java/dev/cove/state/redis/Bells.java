package dev.cove.state.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.state.QueueBackend.Bell;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Wakes the waiting threads of this process when the server rings: one subscription for each queue somebody waits on, all on
 * one connection, which a thread of its own reads and makes anew when it drops. Each confirmed subscription rings too, since
 * nobody can tell what was missed before.
 *
 * <p>Order: {@code subscribing}, {@code lock}. Nothing is sent while {@code lock} is held.
 */
final class Bells implements AutoCloseable {
  // Getters that come and go on few queues need not subscribe each time.
  private static final int KEPT_SUBSCRIBED = 256;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

  private final Connector connector;
  private final Duration timeout;
  private final Object subscribing = new Object();
  private final ReentrantLock lock = new ReentrantLock();

  /** Null while it is away; what is in {@code channels} is subscribed to when it comes. */
  @GuardedBy("subscribing")
  private Connector.@Nullable Open connection;

  @GuardedBy("subscribing")
  private boolean started;

  @GuardedBy("lock")
  private final Map<String, Channel> channels = new HashMap<>();

  @GuardedBy("lock")
  private final Condition ended = lock.newCondition();

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

  Bells(Connector connector, Duration timeout) {
    this.connector = connector;
    this.timeout = timeout;
  }

  Bell listen(String name) {
    synchronized (subscribing) {
      Channel channel;
      boolean fresh;
      List<String> unheard = new ArrayList<>();
      lock.lock();
      try {
        ensureOpen();
        fresh = !channels.containsKey(name);
        channel = channels.computeIfAbsent(name, n -> new Channel(lock.newCondition()));
        channel.listeners++;
        if (channels.size() > KEPT_SUBSCRIBED) {
          channels
              .entrySet()
              .removeIf(entry -> entry.getValue().listeners == 0 && unheard.add(entry.getKey()));
        }
      } finally {
        lock.unlock();
      }
      if (!started) {
        started = true;
        Thread reading = new Thread(this::read, "cove-redis-bells");
        reading.setDaemon(true);
        reading.start();
      }
      Connector.Open open = connection;
      if (open != null) {
        try {
          tell(open, Command.UNSUBSCRIBE, unheard);
          tell(open, Command.SUBSCRIBE, fresh ? List.of(name) : List.of());
        } catch (JedisException e) {
          open.cut(); // its reader makes another
        }
      }
      return new Listener(channel);
    }
  }

  private static void tell(Connector.Open open, Command command, List<String> names) {
    if (!names.isEmpty()) {
      open.sendCommand(command, names.stream().map(Server::ascii).toArray(byte[][]::new));
      open.flush();
    }
  }

  /** Until the store is closed. */
  private void read() {
    do {
      try {
        Connector.Open open = connector.connect((int) timeout.toMillis());
        try {
          open.setSoTimeout(0);
          if (subscribe(open)) {
            listenOn(open);
          }
        } finally {
          forget();
          open.cut();
        }
      } catch (RuntimeException e) {
        // The getters look again from time to time, and say what is wrong with the server.
        continue;
      }
    } while (pause());
  }

  /** False if the store is closed already. */
  private boolean subscribe(Connector.Open open) {
    synchronized (subscribing) {
      List<String> names;
      lock.lock();
      try {
        if (closed) {
          return false;
        }
        names = List.copyOf(channels.keySet());
      } finally {
        lock.unlock();
      }
      connection = open;
      tell(open, Command.SUBSCRIBE, names);
      return true;
    }
  }

  private void listenOn(Connector.Open open) {
    while (true) {
      List<Object> said = open.getUnflushedObjectMultiBulkReply();
      // Messages, and confirmations, which come after each connect.
      String kind = text(said.get(0));
      if (kind.equals("message") || kind.equals("subscribe")) {
        strike(text(said.get(1)));
      }
    }
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.US_ASCII);
  }

  private void forget() {
    synchronized (subscribing) {
      connection = null;
    }
  }

  /** False if the store is closed. */
  private boolean pause() {
    lock.lock();
    try {
      if (!closed) {
        ended.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS);
      }
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
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
      ended.signalAll();
      channels.values().forEach(channel -> channel.rung.signalAll());
    } finally {
      lock.unlock();
    }
    synchronized (subscribing) {
      if (connection != null) {
        connection.cut();
      }
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

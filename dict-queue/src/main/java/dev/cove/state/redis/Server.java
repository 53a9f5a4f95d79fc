package dev.cove.state.redis;

import dev.cove.state.QueueBackend.Bell;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import dev.cove.state.StoreOptions;
import dev.cove.state.redis.Lanes.Lane;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one server, made at first use and again whenever they drop. A change that was under way then is sent
 * again, and the {@link Lanes} see to it that it is done once.
 */
final class Server implements AutoCloseable {
  private static final int REQUESTS_WAITING = 10_000;
  private static final Duration LONGEST_BETWEEN_CONNECTS = Duration.ofSeconds(1);

  private static final byte[] ZEROS = ascii("0".repeat(16));

  private final RedisURI uri;
  private final StoreOptions options;
  private final LongSupplier shiftMillis;
  private final Lanes lanes;

  /** Written under the lock of this object. */
  private volatile @Nullable Connected connected;

  /** Written under the lock of this object. */
  private volatile boolean closed;

  private record Connected(
      ClientResources resources,
      RedisClient client,
      StatefulRedisConnection<byte[], byte[]> connection,
      Bells bells) {}

  /** @param shiftMillis is added to the server's clock at each step: 0 but in tests */
  Server(RedisURI uri, StoreOptions options, LongSupplier shiftMillis) {
    this.uri = uri;
    this.options = options;
    this.shiftMillis = shiftMillis;
    byte[] id = new byte[9];
    new SecureRandom().nextBytes(id);
    this.lanes = new Lanes(Base64.getUrlEncoder().encodeToString(id));
  }

  static byte[] ascii(long number) {
    return ascii(Long.toString(number));
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Takes a step that only reads. */
  @Nullable
  Object read(Script script, byte[] meta, byte[]... arguments) {
    return run(script, new byte[][] {meta}, first(0), arguments);
  }

  /** Takes a step that changes something, once. */
  @Nullable
  Object change(Script script, byte[] meta, byte[]... arguments) {
    Lane lane = lanes.take();
    try {
      return run(script, new byte[][] {meta, lane.key(meta)}, first(lane.next()), arguments);
    } finally {
      lanes.give(lane);
    }
  }

  /** The number of a change, in 16 digits so that the order of texts is that of numbers, and the shift of the clock. */
  private byte[] first(long number) {
    byte[] shift = ascii(shiftMillis.getAsLong());
    byte[] first = Arrays.copyOf(ZEROS, ZEROS.length + shift.length);
    for (int at = ZEROS.length - 1; number > 0; number /= 10) {
      first[at--] = (byte) ('0' + number % 10);
    }
    System.arraycopy(shift, 0, first, ZEROS.length, shift.length);
    return first;
  }

  private @Nullable Object run(Script script, byte[][] keys, byte[] first, byte[][] arguments) {
    RedisAsyncCommands<byte[], byte[]> redis = connected().connection.async();
    try {
      return await(send(redis, CommandType.EVALSHA, script.digest, keys, first, arguments));
    } catch (RedisNoScriptException e) {
      // A server that is new, or was told to forget: it keeps the script from now on.
      return unwrapped(
          () -> await(send(redis, CommandType.EVAL, script.text, keys, first, arguments)));
    } catch (RuntimeException e) {
      throw failure(e);
    }
  }

  private static RedisFuture<Object> send(
      RedisAsyncCommands<byte[], byte[]> redis,
      CommandType type,
      byte[] script,
      byte[][] keys,
      byte[] first,
      byte[][] arguments) {
    CommandArgs<byte[], byte[]> all =
        new CommandArgs<>(ByteArrayCodec.INSTANCE).add(script).add(keys.length);
    for (byte[] key : keys) {
      all.addKey(key);
    }
    all.addValue(first);
    for (byte[] argument : arguments) {
      all.addValue(argument);
    }
    return redis.dispatch(type, new Reply(), all);
  }

  /** Runs a plain command. */
  <T> T command(Function<RedisAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
    RedisAsyncCommands<byte[], byte[]> redis = connected().connection.async();
    return unwrapped(() -> await(command.apply(redis)));
  }

  /** What a step under way meets when the store is closed is the closing, whatever the driver says. */
  private RuntimeException failure(RuntimeException e) {
    return closed
        ? new StateException(Reason.CLOSED, "the store on " + Failures.name(uri) + " was closed", e)
        : Failures.of(e, uri);
  }

  private interface Call<T> {
    T call();
  }

  private <T> T unwrapped(Call<T> call) {
    try {
      return call.call();
    } catch (RuntimeException e) {
      throw failure(e);
    }
  }

  /** Waits through interruption, which the thread finds pending afterwards: the change may have been done already. */
  private <T> T await(RedisFuture<T> future) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + options.timeout().toNanos();
    try {
      while (true) {
        try {
          return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (java.util.concurrent.TimeoutException e) {
          // It must not be sent when the connection is back: the caller will have been told
          // otherwise.
          future.cancel(true);
          throw new StateException(
              Reason.UNREACHABLE,
              Failures.name(uri) + " did not answer within " + options.timeout().toMillis() / 1000.0
                  + " s; whether it did what was asked is not known",
              e);
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The driver ends its own waits when the thread is interrupted; begins them anew, and leaves the interruption pending. */
  private static <T> T uninterrupted(Call<T> call) {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return call.call();
        } catch (RedisCommandInterruptedException e) {
          interrupted = true;
          Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  Bell listen(String channel) {
    Bells bells = connected().bells;
    return unwrapped(() -> uninterrupted(() -> bells.listen(channel)));
  }

  private Connected connected() {
    Connected open = connected;
    return open != null ? open : connectOnce();
  }

  private synchronized Connected connectOnce() {
    if (closed) {
      throw new StateException(Reason.CLOSED, "the store on " + Failures.name(uri) + " was closed");
    }
    Connected made = connected;
    if (made == null) {
      made = uninterrupted(this::connect);
      connected = made;
    }
    return made;
  }

  private Connected connect() {
    ClientResources resources = DefaultClientResources.builder()
        .ioThreadPoolSize(2)
        .computationThreadPoolSize(2)
        .reconnectDelay(
            Delay.exponential(Duration.ZERO, LONGEST_BETWEEN_CONNECTS, 2, TimeUnit.MILLISECONDS))
        .build();
    RedisClient client = RedisClient.create(resources);
    try {
      client.setOptions(clientOptions());
      return new Connected(
          resources,
          client,
          client.connect(ByteArrayCodec.INSTANCE, uri),
          new Bells(() -> client.connectPubSub(ByteArrayCodec.INSTANCE, uri)));
    } catch (RedisCommandInterruptedException e) {
      shutDown(client, resources);
      throw e;
    } catch (RuntimeException e) {
      shutDown(client, resources);
      throw failure(e);
    }
  }

  private ClientOptions clientOptions() {
    ClientOptions.Builder builder = ClientOptions.builder()
        .autoReconnect(true)
        .requestQueueSize(REQUESTS_WAITING)
        .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
        .socketOptions(SocketOptions.builder()
            .connectTimeout(options.timeout())
            .keepAlive(true)
            .build());
    if (options.certificates() != null) {
      builder.sslOptions(SslOptions.builder()
          .jdkSslProvider()
          .trustManager(options.certificates().toFile())
          .build());
    }
    return builder.build();
  }

  private static void shutDown(RedisClient client, ClientResources resources) {
    client.shutdown(0, 2, TimeUnit.SECONDS);
    resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    Connected open;
    synchronized (this) {
      closed = true;
      open = connected;
      connected = null;
    }
    if (open != null) {
      open.bells.close();
      shutDown(open.client, open.resources);
    }
  }
}

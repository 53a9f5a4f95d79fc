package dev.cove.state.redis;

import dev.cove.state.QueueBackend.Bell;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import dev.cove.state.StoreOptions;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * One server. It is connected to at first use and again whenever a connection drops; a change that was under way then is sent
 * again, and its {@link Line} sees to it that it is done once.
 */
final class Server implements AutoCloseable {
  private static final byte[] ZEROS = ascii("0".repeat(16));

  private final Address address;
  private final LongSupplier shiftMillis;
  private final Lines lines;
  private final Bells bells;

  /** @param shiftMillis is added to the server's clock at each step: 0 but in tests */
  Server(Address address, StoreOptions options, LongSupplier shiftMillis) {
    this.address = address;
    this.shiftMillis = shiftMillis;
    Connector connector = new Connector(address, options);
    this.lines = new Lines(connector, options);
    this.bells = new Bells(connector, options.timeout());
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
    return onLine(line -> step(line, script, new byte[][] {meta}, first(0), arguments));
  }

  /** Takes a step that changes something, once. */
  @Nullable
  Object change(Script script, byte[] meta, byte[]... arguments) {
    return onLine(line ->
        step(line, script, new byte[][] {meta, line.key(meta)}, first(line.next()), arguments));
  }

  /** Runs a plain command, which does no harm when it runs twice. */
  @Nullable
  Object command(Command command, byte[]... arguments) {
    CommandArguments all = new CommandArguments(command);
    for (byte[] argument : arguments) {
      all.add(argument);
    }
    return onLine(line -> line.ask(all, lines.deadline()));
  }

  private interface Request {
    @Nullable
    Object on(Line line);
  }

  private @Nullable Object onLine(Request request) {
    Line line = lines.take();
    try {
      return request.on(line);
    } catch (RuntimeException e) {
      // What a step under way meets when the store is closed is the closing, whatever the driver
      // says.
      throw lines.isClosed()
          ? new StateException(Reason.CLOSED, "the store on " + address.name() + " was closed", e)
          : Failures.of(e, address);
    } finally {
      lines.give(line);
    }
  }

  private @Nullable Object step(
      Line line, Script script, byte[][] keys, byte[] first, byte[][] arguments) {
    long deadline = lines.deadline();
    try {
      return line.ask(request(Command.EVALSHA, script.digest, keys, first, arguments), deadline);
    } catch (JedisNoScriptException e) {
      // A server that is new, or was told to forget: it keeps the script from now on.
      return line.ask(request(Command.EVAL, script.text, keys, first, arguments), deadline);
    }
  }

  private static CommandArguments request(
      Command command, byte[] script, byte[][] keys, byte[] first, byte[][] arguments) {
    CommandArguments all = new CommandArguments(command).add(script).add(keys.length);
    for (byte[] key : keys) {
      all.add(key);
    }
    all.add(first);
    for (byte[] argument : arguments) {
      all.add(argument);
    }
    return all;
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

  Bell listen(String channel) {
    return bells.listen(channel);
  }

  @Override
  public void close() {
    lines.close();
    bells.close();
  }
}

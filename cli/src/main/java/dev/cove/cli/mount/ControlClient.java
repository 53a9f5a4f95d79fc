package dev.cove.cli.mount;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks the process that serves a mount for something. */
final class ControlClient {
  private final MountEntry entry;

  ControlClient(MountEntry entry) {
    this.entry = entry;
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @throws CommandFailure what the process answered when it could not
   * @throws IOException when there was no answer within {@code most}
   */
  Map<?, ?> ask(Map<String, ? extends @Nullable Object> request, Duration most) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(entry.socket()));
      ByteBuffer line =
          ByteBuffer.wrap((JsonText.write(request) + "\n").getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
      return result(JsonText.readObject(receive(channel, most)));
    } catch (IllegalArgumentException e) {
      throw new IOException("process " + entry.process().pid() + " gave no sensible answer", e);
    }
  }

  private String receive(SocketChannel channel, Duration most) throws IOException {
    long end = System.nanoTime() + most.toNanos();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    channel.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_READ);
      while (true) {
        int read = channel.read(buffer.clear());
        if (read < 0) {
          return answer.toString(StandardCharsets.UTF_8);
        }
        answer.write(buffer.array(), 0, read);
        long left = (end - System.nanoTime()) / 1_000_000;
        if (read == 0 && (left <= 0 || selector.select(left) == 0)) {
          throw new IOException(
              "process " + entry.process().pid() + ", which serves the mount, does not answer"
                  + (entry.log().isEmpty() ? "" : "; its log is " + entry.log()));
        }
        selector.selectedKeys().clear();
      }
    }
  }

  private static Map<?, ?> result(Map<String, @Nullable Object> answer) {
    if (answer.get("ok") instanceof Map<?, ?> result) {
      return result;
    }
    String line = String.valueOf(answer.get("error"));
    long exit = answer.get("exit") instanceof Long status ? status : ExitCodes.FAILED;
    if (exit == ExitCodes.NOT_SO) {
      throw CommandFailure.notSo(line);
    }
    if (exit == ExitCodes.USAGE) {
      throw CommandFailure.usage(line);
    }
    throw exit == ExitCodes.KEPT_LOCALLY
        ? CommandFailure.keptLocally(line)
        : CommandFailure.failed(line);
  }
}

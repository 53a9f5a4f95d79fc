package dev.cove.cli.mount;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonText;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests of other {@code cove} processes of the same user: one JSON object on a line, and
 * one line back: {@code {"ok": …}} or {@code {"error": line, "exit": status}}.
 */
final class ControlServer implements AutoCloseable {

  /** Answers one request. A {@link CommandFailure} goes back to who asked. */
  interface Handler {
    Map<String, ? extends @Nullable Object> handle(Map<String, @Nullable Object> request)
        throws IOException, InterruptedException;
  }

  private static final Logger log = LoggerFactory.getLogger(ControlServer.class);
  // A person and a few scripts; more than these wait for nothing useful.
  private static final int MOST_AT_ONCE = 16;
  private static final int LONGEST_REQUEST = 1 << 16;

  private final ServerSocketChannel listener;
  private final Handler handler;
  private final ThreadPoolExecutor workers;

  private ControlServer(ServerSocketChannel listener, Handler handler) {
    this.listener = listener;
    this.handler = handler;
    this.workers = new ThreadPoolExecutor(
        0,
        MOST_AT_ONCE,
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> daemon(task, "control"));
  }

  /** @param socket in a folder that only its owner can enter */
  static ControlServer start(Path socket, Handler handler) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      listener.close();
      throw e;
    }
    ControlServer server = new ControlServer(listener, handler);
    daemon(server::accept, "control-accept").start();
    return server;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel client = listener.accept();
        try {
          workers.execute(() -> serve(client));
        } catch (RejectedExecutionException e) {
          client.close();
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        log.warn("no request can be taken: {}", e.getMessage());
        return;
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        BufferedReader in = new BufferedReader(
            new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
        BufferedWriter out = new BufferedWriter(
            new OutputStreamWriter(Channels.newOutputStream(client), StandardCharsets.UTF_8))) {
      String line = readLine(in);
      if (line != null) {
        out.write(answer(line));
        out.write('\n');
      }
    } catch (IOException e) {
      log.debug("a request was broken off: {}", e.getMessage());
    }
  }

  private static @Nullable String readLine(BufferedReader in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || line.length() > LONGEST_REQUEST) {
        return null;
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private String answer(String line) {
    try {
      return JsonText.write(Map.of("ok", handler.handle(JsonText.readObject(line))));
    } catch (CommandFailure e) {
      return error(e.line(), e.exitCode());
    } catch (InterruptedException e) {
      return error("interrupted", ExitCodes.FAILED);
    } catch (IOException | RuntimeException e) {
      log.warn("a request failed", e);
      return error(e.getMessage() == null ? e.toString() : e.getMessage(), ExitCodes.FAILED);
    }
  }

  private static String error(String line, int exit) {
    return JsonText.write(Map.of("error", line, "exit", exit));
  }

  @Override
  public void close() throws IOException {
    listener.close();
    workers.shutdown();
    try {
      // Who asked for the end waits for the answer.
      if (!workers.awaitTermination(2, TimeUnit.SECONDS)) {
        log.debug("a request is left without an answer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

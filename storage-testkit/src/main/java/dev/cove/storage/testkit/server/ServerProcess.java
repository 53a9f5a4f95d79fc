package dev.cove.storage.testkit.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server's process, its directory and its log. It ends with this JVM, in whatever way that ends. */
final class ServerProcess {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  // The kernel's parent-death signal follows the thread that started the child, not its process: a
  // thread that
  // outlives every test starts them all.
  private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(task -> {
    Thread thread = new Thread(task, "server-starter");
    thread.setDaemon(true);
    return thread;
  });

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final Probe probe;

  @GuardedBy("this")
  private @Nullable Process process;

  /** Answers whether the server is ready; an {@link IOException} says that it is not yet. */
  interface Probe {
    boolean ready() throws IOException, InterruptedException;
  }

  ServerProcess(
      String name,
      Path directory,
      List<String> command,
      Map<String, String> environment,
      Probe probe) {
    this.name = name;
    this.command = withParentDeathSignal(command);
    this.environment = environment;
    this.log = directory.resolve(name + ".log");
    this.probe = probe;
    AtExit.run(this::kill);
  }

  /** Starts the process, unless it runs, and returns when it is ready. */
  synchronized void start() {
    Process running = process;
    if (running != null && running.isAlive()) {
      return;
    }
    Process started;
    try {
      started = CompletableFuture.supplyAsync(this::spawn, STARTER).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(name + " could not be started", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting " + name, e);
    }
    process = started;
    await(started);
  }

  synchronized long pid() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException(name + " does not run");
    }
    return running.pid();
  }

  /** Asks the process to end, insists after a while, and returns when it has. */
  synchronized void stop() {
    Process running = process;
    if (running != null) {
      running.destroy();
      end(running);
    }
  }

  /** Ends the process without a chance to tidy up. */
  synchronized void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      end(running);
    }
  }

  /** Stops the process in its tracks: connections stay open and nothing is answered until {@link #resume()}. */
  void pause() {
    signal("STOP");
  }

  void resume() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("kill -" + signal + " failed for " + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private Process spawn() {
    ProcessBuilder builder = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectInput(new File("/dev/null"))
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void await(Process started) {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    IOException last = null;
    while (started.isAlive() && System.nanoTime() < end) {
      try {
        if (probe.ready()) {
          return;
        }
      } catch (IOException e) {
        last = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      sleep(20);
    }
    started.destroyForcibly();
    end(started);
    throw new IllegalStateException(name + " did not start: " + tail(), last);
  }

  private static void end(Process running) {
    try {
      if (!running.waitFor(10, TimeUnit.SECONDS)) {
        running.destroyForcibly();
        running.waitFor(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      running.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String tail() {
    try {
      String all = Files.readString(log, StandardCharsets.ISO_8859_1);
      return all.substring(Math.max(0, all.length() - 2_000));
    } catch (IOException e) {
      return "it left no log";
    }
  }

  private static List<String> withParentDeathSignal(List<String> command) {
    if (!Programs.has("setpriv")) {
      return command;
    }
    List<String> wrapped = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
    wrapped.addAll(command);
    return wrapped;
  }
}

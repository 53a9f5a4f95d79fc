package dev.cove.state;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs in processes of their own, ended at the latest when this is closed. */
public final class Children implements AutoCloseable {
  private final List<Child> all = new ArrayList<>();

  /** One process and what it says. */
  public static final class Child {
    private final Process process;
    private final BufferedReader out;

    private Child(Process process) {
      this.process = process;
      this.out = new BufferedReader(
          new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The next line it says; waits for it. */
    public String line() throws IOException {
      String line = out.readLine();
      if (line == null) {
        throw new IllegalStateException("the child has ended");
      }
      return line;
    }

    /** All it says until it ends. */
    public List<String> rest() throws IOException, InterruptedException {
      List<String> lines = out.lines().toList();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("the child failed: " + lines);
      }
      return lines;
    }

    public void say(String line) throws IOException {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    }

    /** As {@code kill -9}; what it had said by then can still be read. */
    public List<String> kill() throws IOException, InterruptedException {
      // Process.destroyForcibly would throw away what it had said.
      new ProcessBuilder("kill", "-KILL", Long.toString(process.pid())).start().waitFor();
      List<String> said = out.lines().toList();
      process.waitFor();
      return said;
    }
  }

  /** Starts the {@code main} of a class of the tests. */
  public Child start(Class<?> program, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        System.getProperty("java.home") + "/bin/java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        program.getName()));
    command.addAll(List.of(words));
    Child child = new Child(new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start());
    all.add(child);
    return child;
  }

  @Override
  public void close() {
    all.forEach(child -> child.process.destroyForcibly());
  }
}

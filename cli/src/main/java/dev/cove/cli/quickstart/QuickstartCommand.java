package dev.cove.cli.quickstart;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.config.Folders;
import dev.cove.cli.mount.MountStatus;
import dev.cove.storage.ObjectStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cove quickstart}. */
@Command(
    name = "quickstart",
    description = {
      "See Cove work, without an account.",
      "",
      "Starts an S3 server on this machine that only this machine can reach, puts some objects into a bucket, mounts"
          + " it, and reads and writes it with ordinary programs. The bucket stays mounted to play with until --stop;"
          + " run again it keeps what you made there. All of it is in a folder of its own.%n",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove quickstart",
      "  cove quickstart --gcs",
      "  cove quickstart --stop",
    })
public final class QuickstartCommand implements Callable<Integer> {
  private static final long COMMAND_SECONDS = 120;

  @Spec
  private CommandSpec spec;

  @Option(
      names = "--gcs",
      description =
          "A bucket of Google Cloud Storage instead, on fake-gcs-server, which has to be on PATH.")
  private boolean gcs;

  @Option(names = "--stop", description = "Unmount the bucket, stop the server and remove both.")
  private boolean stop;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Playground playground = new Playground(Folders.current());
    PrintWriter out = spec.commandLine().getOut();
    if (stop) {
      boolean existed = playground.exists();
      clear(playground);
      out.println(existed ? "The quickstart is stopped and removed." : "No quickstart is running.");
      return 0;
    }
    LocalServer server = gcs ? LocalServer.GCS : LocalServer.S3;
    Optional<Playground.Earlier> earlier = playground.earlier();
    if (earlier.isPresent()) {
      Playground.Earlier found = earlier.get();
      if (found.kind() != server) {
        throw CommandFailure.notSo("a quickstart on " + found.kind().title()
            + " is there already; 'cove quickstart --stop' removes it with what you made in it");
      }
      if (found.alive() || server.keepsObjects()) {
        goOn(playground, found, out);
        return 0;
      }
      out.println(
          "The server of the last quickstart has ended, and what was in its bucket is gone.");
    }
    clear(playground);
    Thread interrupted = new Thread(() -> spec.commandLine()
        .getErr()
        .println(
            "cove quickstart: interrupted; 'cove quickstart --stop' ends what it has started"));
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      out.println("Starting " + server.title() + " on this machine ...");
      URI endpoint = playground.start(server);
      try (ObjectStore bucket = server.open(endpoint)) {
        SampleObjects.put(bucket);
      }
      out.println("It listens on " + endpoint + " and has a bucket with some objects.");
      show(server, playground, endpoint, out);
    } catch (IOException | RuntimeException | InterruptedException e) {
      clear(playground);
      throw e;
    } finally {
      forget(interrupted);
    }
    return 0;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already.
    }
  }

  // Nothing here removes anything: what is in the bucket is the user's.
  private void goOn(Playground playground, Playground.Earlier found, PrintWriter out)
      throws IOException, InterruptedException {
    Path files = playground.mountPoint();
    URI endpoint = found.endpoint();
    if (!found.alive()) {
      out.println(
          "The server of the last quickstart has ended; starting it again with its objects.");
      unmount(playground);
      endpoint = playground.start(found.kind());
      mount(found.kind(), files, endpoint, out);
    } else if (!isServed(files)) {
      out.println("The server of the last quickstart runs; mounting its bucket again.");
      unmount(playground);
      mount(found.kind(), files, endpoint, out);
    } else {
      out.println("The quickstart runs already, and what is in it is kept.");
    }
    hints(found.kind(), files, endpoint, out);
  }

  private static boolean isServed(Path files) {
    try {
      return MountStatus.of(Folders.current(), files).mountPoint().equals(files.toString());
    } catch (CommandFailure | IOException e) {
      return false;
    }
  }

  private void show(LocalServer server, Playground playground, URI endpoint, PrintWriter out)
      throws IOException, InterruptedException {
    Path files = playground.mountPoint();
    mount(server, files, endpoint, out);
    tour(playground, out);
    hints(server, files, endpoint, out);
  }

  private void mount(LocalServer server, Path files, URI endpoint, PrintWriter out)
      throws IOException, InterruptedException {
    List<String> mount = new ArrayList<>(List.of(launcher(), "mount", "--rw"));
    mount.addAll(server.options(endpoint));
    mount.add(server.source());
    run(
        out,
        String.join(" ", mount) + " " + quoted(files),
        Stream.concat(mount.stream(), Stream.of(files.toString())).toList());
  }

  private void tour(Playground playground, PrintWriter out)
      throws IOException, InterruptedException {
    Path files = playground.mountPoint();
    String dir = quoted(files);
    shell(out, "ls -l " + dir);
    shell(out, "cat " + dir + "/hello.txt");
    shell(out, "find " + dir + " -type f");
    shell(out, "grep -c plums " + dir + "/orders/*.csv");
    shell(
        out,
        "cp " + dir + "/pictures/large.bin /dev/null && stat -c '%s bytes' " + dir
            + "/pictures/large.bin");
    shell(out, "tail -c 6 " + dir + "/notes/*");
    shell(out, "echo 'Written through the mount.' > " + dir + "/new.txt");
    shell(out, "echo 'An object that grew.' >> " + dir + "/new.txt");
    shell(
        out,
        "mkdir " + dir + "/written && mv " + dir + "/new.txt " + dir + "/written/ && cat " + dir
            + "/written/new.txt");
    showVolume(files, playground.volumes(), out);
  }

  private static void hints(LocalServer server, Path files, URI endpoint, PrintWriter out) {
    String dir = quoted(files);
    out.println();
    out.println("The bucket stays mounted on " + files);
    out.println("To go on:");
    out.println("  ls -lR " + dir);
    out.println("  echo hello > " + dir + "/mine.txt");
    out.println("  " + launcher() + " mounts");
    out.println("  " + server.before() + launcher() + " doctor "
        + String.join(" ", server.options(endpoint)) + " " + server.source());
    server.ofYours(launcher()).forEach(out::println);
    out.println("To stop and remove all of this:");
    out.println("  " + launcher() + " quickstart --stop");
    out.flush();
  }

  /** A volume with some history, in a folder that goes with the rest. */
  private void showVolume(Path files, Path folder, PrintWriter out)
      throws IOException, InterruptedException {
    out.println();
    out.println("A volume is published by commits, each of which can be had back:");
    String store = " --store " + quoted(folder);
    String volume = launcher() + " volume ";
    shell(out, volume + "create my-vol" + store);
    shell(out, volume + "put my-vol " + quoted(files) + "/orders /orders" + store);
    shell(out, volume + "rm -r my-vol /orders" + store);
    shell(out, volume + "log my-vol" + store);
    shell(out, volume + "rollback my-vol 1" + store);
    shell(out, volume + "ls my-vol /orders" + store);
  }

  private static String launcher() {
    return System.getProperty("cove.launcher", "cove");
  }

  private void clear(Playground playground) throws IOException, InterruptedException {
    unmount(playground);
    playground.remove();
  }

  private static void unmount(Playground playground) throws IOException, InterruptedException {
    // Whatever an earlier run has left, alive or crashed. It says that nothing is mounted when
    // nothing is.
    Process unmount = environment(new ProcessBuilder(
            launcher(), "unmount", "--lazy", playground.mountPoint().toString()))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
    finish(unmount, "unmount");
  }

  private void shell(PrintWriter out, String command) throws IOException, InterruptedException {
    run(out, command, List.of("sh", "-c", command));
  }

  private void run(PrintWriter out, String shown, List<String> command)
      throws IOException, InterruptedException {
    out.println();
    out.println("$ " + shown);
    out.flush();
    Process process = environment(new ProcessBuilder(new ArrayList<>(command)))
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    int status = finish(process, shown);
    if (status != 0) {
      throw CommandFailure.failed("the command above ended with status " + status);
    }
  }

  private static int finish(Process process, String shown)
      throws IOException, InterruptedException {
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw CommandFailure.failed("'" + shown + "' did not end within " + COMMAND_SECONDS + " s");
    }
    return process.exitValue();
  }

  // The playground is reached by its own credentials, whatever the user's environment names.
  private static ProcessBuilder environment(ProcessBuilder builder) {
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(name -> name.startsWith("AWS_")
            || name.equals("STORAGE_EMULATOR_HOST")
            || (name.startsWith("COVE_")
                && !List.of("COVE_HOME", "COVE_JAVA", "COVE_JAVA_OPTS").contains(name)
                && !name.startsWith("COVE_TEST_")));
    environment.put("AWS_ACCESS_KEY_ID", LocalServer.ACCESS_KEY);
    environment.put("AWS_SECRET_ACCESS_KEY", LocalServer.SECRET_KEY);
    environment.put("AWS_REGION", LocalServer.REGION);
    // What is left when the server was killed has nowhere to go.
    environment.put("COVE_DRAIN_TIMEOUT", "10s");
    return builder;
  }

  private static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9/._-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}

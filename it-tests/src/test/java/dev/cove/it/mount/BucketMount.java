package dev.cove.it.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A bucket of a test's own, what other programs do to it, and its mounts. */
public final class BucketMount implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  // What mounts and the kernel's FUSE library make for themselves, at any depth.
  private static final Pattern HELPER = Pattern.compile("(^|/)\\.(fuse_hidden|cove)");

  private final TestCloud cloud;
  private final @Nullable URI endpoint;
  private final String name = "cove-it-" + UUID.randomUUID();
  private final Path temp;
  private final List<Path> mounted = new ArrayList<>();
  private final Map<String, String> variables = new TreeMap<>();

  /** The bucket, as another program sees it. */
  public final ObjectStore bucket;

  /** Where it is mounted first; {@code $M} in scripts. */
  public final Path directory;

  /** A folder beside the mount, {@code $T} in scripts. */
  public final Path local;

  public BucketMount(Path temp) throws IOException {
    this(temp, TestCloud.S3, null);
  }

  /** @param endpoint where mounts and other programs find the S3 server; this class asks it directly */
  public BucketMount(Path temp, URI endpoint) throws IOException {
    this(temp, TestCloud.S3, endpoint);
  }

  BucketMount(Path temp, TestCloud cloud) throws IOException {
    this(temp, cloud, null);
  }

  private BucketMount(Path temp, TestCloud cloud, @Nullable URI endpoint) throws IOException {
    this.temp = temp;
    this.cloud = cloud;
    this.endpoint = endpoint;
    this.directory = temp.resolve("mount");
    this.local = Files.createDirectories(temp.resolve("local"));
    this.bucket = cloud.create(name);
  }

  TestCloud cloud() {
    return cloud;
  }

  /** How a command ended and what it printed, errors included. */
  public record Result(int exit, String output) {}

  /** Sets a variable of the environment of all programs that are started from here on. */
  public BucketMount with(String variable, String value) {
    variables.put(variable, value);
    return this;
  }

  public BucketMount mount(String... options) throws Exception {
    mountOn(directory, options);
    return this;
  }

  /** Mounts the bucket a second time. */
  public Path mountAgain(String... options) throws Exception {
    Path again = temp.resolve("mount-" + (mounted.size() + 1));
    mountOn(again, options);
    return again;
  }

  private void mountOn(Path where, String... options) throws Exception {
    if (Files.notExists(where)) { // that of a process that was killed neither exists nor does not
      Files.createDirectories(where);
    }
    List<String> command =
        new ArrayList<>(List.of(launcher().toString(), "mount", uri(), where.toString()));
    command.addAll(List.of(options));
    Result result = start(command).await();
    assertThat(result.exit()).as(result.output()).isZero();
    mounted.add(where);
  }

  public void unmount(Path where) throws Exception {
    Result result = cove("unmount", where.toString());
    assertThat(result.exit()).as(result.output()).isZero();
    mounted.remove(where);
  }

  /** Ends the process that serves a mount, as a crash would; returns when it is gone. */
  public void kill(Path where) throws Exception {
    ProcessHandle process = process(where);
    process.destroyForcibly();
    process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    mounted.remove(where);
  }

  /** The mount is gone without this class. */
  public void forget(Path where) {
    mounted.remove(where);
  }

  /** The process that serves a mount. */
  public static ProcessHandle process(Path where) {
    return ProcessHandle.allProcesses()
        .filter(process -> process
            .info()
            .arguments()
            .map(words -> List.of(words).contains(where.toString())
                && List.of(words).contains("-Dcove.detached=true"))
            .orElse(false))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nobody serves " + where));
  }

  public Result cove(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher().toString()));
    command.addAll(List.of(words));
    return start(command).await();
  }

  /** The bucket's URL, as commands take it. */
  public String uri() {
    return cloud.uri(name);
  }

  /** The command itself, for scripts. */
  public String launcherPath() {
    return launcher().toString();
  }

  private static Path launcher() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(folder.resolve("cove"))) {
      folder = folder.getParent();
    }
    return folder.resolve("cove");
  }

  /** A program under way; what it prints goes to a file, which programs it leaves behind may hold. */
  public record Running(Process process, Path output) {

    public Result await() throws Exception {
      return await(PATIENCE);
    }

    /** @param patience after which it fails: a program hangs then, or takes far too long */
    public Result await(Duration patience) throws Exception {
      if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError("did not end in time: " + Files.readString(output));
      }
      return new Result(process.exitValue(), new String(Files.readAllBytes(output), UTF_8).strip());
    }
  }

  public Running start(String... command) throws IOException {
    return start(List.of(command));
  }

  private Running start(List<String> command) throws IOException {
    Path output = Files.createTempFile(temp, "output", "");
    ProcessBuilder builder = new ProcessBuilder(command)
        .directory(local.toFile())
        .redirectErrorStream(true)
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(output.toFile());
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(
            variable -> variable.startsWith("AWS_") || variable.equals("STORAGE_EMULATOR_HOST"));
    environment.putAll(environment());
    environment.putAll(variables);
    return new Running(builder.start(), output);
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("COVE_HOME", temp.resolve("home").toString());
    environment.putAll(cloud.environment());
    if (endpoint != null) {
      environment.put("AWS_ENDPOINT_URL", endpoint.toString());
    }
    environment.put("M", directory.toString());
    environment.put("T", local.toString());
    environment.put("B", name);
    environment.put("RCLONE_CONFIG", "/dev/null");
    return environment;
  }

  public Result run(String script) throws Exception {
    return start("bash", "-c", script).await();
  }

  /** What a script printed that is to succeed, each command of it. */
  public String sh(String script) throws Exception {
    Result result = run("set -euo pipefail\n" + script);
    assertThat(result.exit()).as("%s\n%s", script, result.output()).isZero();
    return result.output();
  }

  /** What a Python program printed that is to succeed; {@code M} is the mount and {@code T} the local folder. */
  public String python(String program) throws Exception {
    return python(program, PATIENCE);
  }

  /** @param patience after which it fails: the program hangs then, or takes far too long */
  public String python(String program, Duration patience) throws Exception {
    Path file = Files.createTempFile(temp, "program", ".py");
    Files.writeString(
        file,
        "import errno, fcntl, mmap, os, random, signal, subprocess, sys, threading, time\n"
            + "M = os.environ['M']\nT = os.environ['T']\n"
            + program);
    Result result = start("python3", file.toString()).await(patience);
    assertThat(result.exit()).as(result.output()).isZero();
    return result.output();
  }

  public void put(String key, byte[] bytes) throws IOException {
    bucket.put(key, Content.of(bytes), WriteOptions.DEFAULT);
  }

  public void put(String key, String text) throws IOException {
    put(key, text.getBytes(UTF_8));
  }

  public byte[] bytes(String key) throws IOException {
    try (ObjectBody body = bucket.get(GetRequest.whole(key))) {
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(body.length()));
      while (buffer.hasRemaining() && body.read(buffer) >= 0) {
        // until all is read
      }
      return buffer.array();
    }
  }

  public String text(String key) throws IOException {
    return new String(bytes(key), UTF_8);
  }

  public Map<String, String> metadata(String key) throws IOException {
    return bucket.head(key).attributes().metadata();
  }

  public List<String> keys(String prefix) throws IOException {
    List<String> keys = new ArrayList<>();
    ListRequest request = ListRequest.all(prefix);
    while (true) {
      ListPage page = bucket.list(request);
      page.objects().stream().map(ObjectInfo::key).forEach(keys::add);
      if (page.nextToken() == null) {
        return keys;
      }
      request = request.page(page.nextToken());
    }
  }

  /** Waits for what follows in the background. */
  public static void eventually(Check check) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      try {
        check.run();
        return;
      } catch (AssertionError e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  /** Something that is to hold in the end. */
  public interface Check {
    void run() throws Exception;
  }

  /** Unmounts all; every byte has to be stored and nothing else left in the bucket. */
  @Override
  public void close() throws Exception {
    try {
      for (Path where : List.copyOf(mounted)) {
        unmount(where);
      }
      assertThat(bucket.listUploads("")).as("uploads under way").isEmpty();
      assertThat(keys("")).as("objects").noneMatch(HELPER.asPredicate());
    } finally {
      bucket.close();
    }
  }
}

package dev.cove.it.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.directory.DirectoryObjectStore;
import dev.cove.it.mount.TestCloud;
import dev.cove.storage.ObjectStore;
import dev.cove.volume.Commit;
import dev.cove.volume.FileInfo;
import dev.cove.volume.Volume;
import dev.cove.volume.VolumeStore;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two machines, each with a home and four writers of its own, on one store. */
final class ManyMachinesIT {
  private static final int MACHINES = 2;
  private static final int WRITERS = 4;
  private static final int COMMITS = 50;

  @TempDir
  private Path scratch;

  /** Where a store is: a cloud, or a folder. */
  enum Place {
    MINIO(TestCloud.S3, "s3://"),
    GOOGLE(TestCloud.GCS, "gs://"),
    FOLDER(null, "file://");

    private final @Nullable TestCloud cloud;
    private final String scheme;

    Place(@Nullable TestCloud cloud, String scheme) {
      this.cloud = cloud;
      this.scheme = scheme;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCommitOfDisjointFilesLandsAndIsInTheHistoryOnce(Place place) throws Exception {
    try (VolumeStore store = run(place, 0)) {
      int all = MACHINES * WRITERS * COMMITS;
      Volume volume = store.volume("v");
      assertThat(volume.base().number()).isEqualTo(all);
      assertThat(volume.log())
          .extracting(Commit::message)
          .doesNotHaveDuplicates()
          .hasSize(all);
      assertThat(volume.listdir("/out")).hasSize(all);
      assertThat(outcomes).hasSize(all).allMatch(line -> line.startsWith("won "));
      assertThat(store.verify().damages()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachConflictIsToldToTheWriterWhoLostAndNothingElseIsLost(Place place) throws Exception {
    try (VolumeStore store = run(place, 5)) {
      Volume volume = store.volume("v");
      Map<String, String> winners = new HashMap<>();
      for (String line : outcomes) {
        String[] words = line.split(" ");
        if (words[0].equals("won")) {
          assertThat(winners.put(words[1], words[2]))
              .as("winners of %s", words[1])
              .isNull();
        }
      }
      int shared = COMMITS / 5;
      int writers = MACHINES * WRITERS;
      assertThat(winners).hasSize(writers * (COMMITS - shared) + shared);
      assertThat(outcomes).hasSize(writers * COMMITS);
      assertThat(volume.base().number()).isEqualTo(winners.size());
      Map<String, String> found = volume.listdir("/out").stream()
          .map(FileInfo::path)
          .collect(Collectors.toMap(
              path -> path, path -> new String(volume.readFile(path), UTF_8).split(" ")[0]));
      assertThat(found).isEqualTo(winners);
    }
  }

  private final List<String> outcomes = new ArrayList<>();

  private VolumeStore run(Place place, int shared) throws Exception {
    String bucket = "cove-it-" + UUID.randomUUID();
    Path folder = Files.createDirectory(scratch.resolve("store"));
    ObjectStore objects =
        place.cloud == null ? new DirectoryObjectStore(folder) : place.cloud.create(bucket);
    VolumeStore store = VolumeStore.open(objects);
    store.create("v").close();
    String url = place.scheme + (place.cloud == null ? folder : bucket);
    List<Process> machines = new ArrayList<>();
    try {
      for (int i = 0; i < MACHINES; i++) {
        machines.add(start(place, url, i, shared));
      }
      List<BufferedReader> outputs = new ArrayList<>();
      for (Process machine : machines) {
        BufferedReader out = machine.inputReader(UTF_8);
        assertThat(out.readLine()).isEqualTo("ready");
        outputs.add(out);
      }
      for (Process machine : machines) {
        machine.getOutputStream().write('\n');
        machine.getOutputStream().close();
      }
      for (BufferedReader out : outputs) {
        out.lines().forEach(outcomes::add); // What it prints fits a pipe.
      }
      for (Process machine : machines) {
        assertThat(machine.waitFor()).isZero();
      }
    } finally {
      machines.forEach(Process::destroyForcibly);
    }
    return store;
  }

  private Process start(Place place, String url, int machine, int shared) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(
        System.getProperty("java.home") + "/bin/java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        VolumeWriters.class.getName(),
        String.valueOf(machine * WRITERS),
        String.valueOf(WRITERS),
        String.valueOf(COMMITS),
        String.valueOf(shared));
    builder.environment().put("COVE_HOME", scratch.resolve("home" + machine).toString());
    builder.environment().put("COVE_VOLUME_STORE", url);
    if (place.cloud != null) {
      builder.environment().putAll(place.cloud.environment());
    }
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}

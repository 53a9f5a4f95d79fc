package dev.cove.benchmarks.volume;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cove.benchmarks.Report;
import dev.cove.directory.DirectoryObjectStore;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.volume.BatchUpload;
import dev.cove.volume.IfExists;
import dev.cove.volume.Volume;
import dev.cove.volume.VolumeStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Measures every limit that the documentation of volumes gives, on a store in a folder. */
public final class VolumeBenchmark {
  private static final List<String> LINES = List.of("restic", "requests", "changes", "large");
  private static final int MIB = 1 << 20;
  private static final int SMALL = 10_000;
  private static final int BATCH = 1_000;
  private static final int COMMITS = 15;

  private final Report report = new Report();
  private final Path scratch;
  private final boolean quick;

  private VolumeBenchmark(Path scratch, boolean quick) {
    this.scratch = scratch;
    this.quick = quick;
  }

  /**
   * Without a line all of them; what was measured goes to the page. {@code --quick} leaves out the volume of a million files, takes a
   * smaller large one, and changes no page.
   */
  public static void main(String[] words) throws Exception {
    List<String> chosen =
        Stream.of(words).filter(word -> !word.equals("--quick")).toList();
    if (!LINES.containsAll(chosen)) {
      System.err.println(
          "usage: benchmarks/run volumes [restic|requests|changes|large]... [--quick]");
      System.exit(2);
    }
    Path scratch = Files.createTempDirectory("cove-bench");
    boolean met;
    try {
      VolumeBenchmark benchmark = new VolumeBenchmark(scratch, List.of(words).contains("--quick"));
      Map<String, List<List<String>>> measured = new HashMap<>();
      for (String line : chosen.isEmpty() ? LINES : chosen) {
        int before = benchmark.report.rows().size();
        benchmark.measure(line);
        List<List<String>> all = benchmark.report.rows();
        measured.put(line, all.subList(before, all.size()));
      }
      met = benchmark.report.conclude();
      if (!benchmark.quick) {
        Page.update(Path.of("docs", "PERFORMANCE.md"), LINES, measured);
      }
    } finally {
      remove(scratch);
    }
    System.exit(met ? 0 : 1);
  }

  private void measure(String line) throws Exception {
    switch (line) {
      case "restic" -> besideRestic();
      case "requests" -> requests();
      case "changes" -> {
        changes(100_000, 150);
        if (!quick) {
          changes(1_000_000, 500);
        }
      }
      default -> large();
    }
    for (Path each : List.of(scratch.resolve("store"), scratch.resolve("tree"))) {
      remove(each);
    }
  }

  private void besideRestic() throws Exception {
    Path tree = SmallFiles.make(scratch.resolve("tree"), SMALL);
    WholeCommands commands = new WholeCommands(scratch, tree);
    int rounds = quick ? 3 : 7;
    double[] cove = new double[rounds];
    double[] restic = new double[rounds];
    double[] ratios = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      // In turns, and in another order each time, so that both meet the same weather.
      if (i % 2 == 0) {
        cove[i] = commands.cove();
        restic[i] = commands.restic();
      } else {
        restic[i] = commands.restic();
        cove[i] = commands.cove();
      }
      ratios[i] = restic[i] / cove[i];
    }
    report.note("restic backup of 10,000 files (95 MB) to a folder, median", median(restic), "s");
    report.note("cove volume put of the same, median", median(cove), "s");
    report.atLeast("how many times as fast as restic, median of pairs", median(ratios), 2, "x");
  }

  private void requests() throws Exception {
    Path tree = SmallFiles.make(scratch.resolve("tree"), SMALL);
    try (RecordingObjectStore objects = recording();
        VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.create("v");
      objects.take();
      try (BatchUpload batch = volume.batchUpload()) {
        batch.put(tree, "/t");
        batch.commit("put");
      }
      report.atMost(
          "put of 10,000 files (95 MB): requests for 1,000 files",
          objects.take().size() / (SMALL / 1000.0),
          60,
          "");
    }
  }

  /** One file of many is changed, and one directory of many listed. */
  private void changes(int files, double millis) throws Exception {
    String of = String.format(Locale.ROOT, "1 of %,d files changed: ", files);
    try (RecordingObjectStore objects = recording();
        VolumeStore making = VolumeStore.open(objects)) {
      fill(making.create("v"), files);
      int directories = files / BATCH;
      objects.take();
      Volume volume = fresh(objects).volume("v");
      change(volume, directories / 2, 0);
      String what = of + "requests of a process that knows nothing";
      if (files <= 100_000) {
        report.atMost(what, objects.take().size(), 12, "");
      } else {
        report.note(what, objects.take().size(), "");
      }
      double[] took = new double[COMMITS];
      Random random = new Random(7);
      for (int i = 0; i < COMMITS; i++) {
        took[i] = change(volume, random.nextInt(directories), i + 1);
      }
      report.atMost(of + "commit in a running process, median", median(took), millis, "ms");
      report.note(of + "the slowest of them", Arrays.stream(took).max().orElseThrow(), "ms");

      Volume listing = fresh(objects).volume("v");
      objects.take();
      if (listing.listdir("/d" + directories / 3).size() != BATCH) {
        throw new IllegalStateException("the directory is not whole");
      }
      List<String> asked = objects.take();
      report.note("ls of 1,000 of them: requests", asked.size(), "");
      report.atMost(
          "ls of 1,000 of them: bytes read",
          asked.stream().mapToLong(VolumeBenchmark::bytes).sum() / 1e6,
          1.5,
          "MB");
    }
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    report.note(
        String.format(
            Locale.ROOT,
            "%,d files: heap in use after that, of %,d MB",
            files,
            runtime.maxMemory() / MIB),
        (runtime.totalMemory() - runtime.freeMemory()) / (double) MIB,
        "MB");
    remove(scratch.resolve("store"));
  }

  private static double change(Volume volume, int directory, int turn) {
    volume.writeFile("/d" + directory + "/x" + (turn % BATCH), ("change " + turn).getBytes(UTF_8));
    long start = System.nanoTime();
    volume.commit("change");
    return (System.nanoTime() - start) / 1e6;
  }

  private static void fill(Volume volume, int files) {
    for (int done = 0; done < files; done += BATCH) {
      try (BatchUpload batch = volume.batchUpload(IfExists.FAIL)) {
        for (int i = 0; i < BATCH; i++) {
          batch.put(("file " + (done + i)).getBytes(UTF_8), "/d" + done / BATCH + "/x" + i);
        }
        batch.stage();
      }
      if (done % 100_000 == 0 || done + BATCH == files) {
        volume.commit("filled");
      }
    }
  }

  private void large() throws Exception {
    long size = (quick ? 256L : 1024L) * MIB;
    try (RecordingObjectStore objects = recording();
        VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.create("v");
      put(volume, new LargeFile(size, -1));
      long before = stored(objects);
      put(fresh(objects).volume("v"), new LargeFile(size, size / 3 + 12_345));
      report.atMost(
          String.format(
              Locale.ROOT, "second put of %,d MiB with 1 MiB changed: stored", size / MIB),
          (stored(objects) - before) / 1e6,
          10,
          "MB");
    }
  }

  private static void put(Volume volume, InputStream content) throws IOException {
    try (BatchUpload batch = volume.batchUpload(IfExists.REPLACE)) {
      batch.put(content, "/large");
      batch.commit("put");
    }
  }

  private RecordingObjectStore recording() throws IOException {
    return new RecordingObjectStore(
        new DirectoryObjectStore(Files.createDirectories(scratch.resolve("store"))));
  }

  /** The store as a process sees it that knows nothing yet. */
  private static VolumeStore fresh(RecordingObjectStore objects) {
    return VolumeStore.open(objects);
  }

  private static long stored(RecordingObjectStore objects) throws IOException {
    long bytes = 0;
    ListRequest request = ListRequest.all("packs/");
    while (true) {
      ListPage page = objects.list(request);
      bytes += page.objects().stream().mapToLong(ObjectInfo::size).sum();
      if (page.nextToken() == null) {
        return bytes;
      }
      request = request.page(page.nextToken());
    }
  }

  /** Of a request as it was recorded: {@code GET key 0-1023}. */
  private static long bytes(String request) {
    String range = request.substring(request.lastIndexOf(' ') + 1);
    if (!request.startsWith("GET ") || !range.matches("[0-9]+-[0-9]+")) {
      return 0;
    }
    int dash = range.indexOf('-');
    return Long.parseLong(range.substring(dash + 1)) - Long.parseLong(range.substring(0, dash)) + 1;
  }

  static double median(double[] figures) {
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  static void remove(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}

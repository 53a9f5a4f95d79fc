package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.StorageException;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.snapshot.Content;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Name;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bounds that docs/VOLUME-FORMAT.md derives hold however the nodes of 100,000 files fall. */
@Tag("newest-jdk")
final class RequestBoundsTest {
  private static final int FILES = 100_000;
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901234Z");

  static LongStream someVolumes() {
    return LongStream.range(0, 24);
  }

  static LongStream manyVolumes() {
    return LongStream.range(24, 1_000);
  }

  @ParameterizedTest
  @MethodSource("someVolumes")
  void aProcessThatKnowsNothingChangesOneFileOfManyWithTwelveRequests(long seed) throws Exception {
    measure(seed);
  }

  @Tag("soak")
  @ParameterizedTest
  @MethodSource("manyVolumes")
  void soItDoesInManyMoreVolumes(long seed) throws Exception {
    measure(seed);
  }

  private static void measure(long seed) throws Exception {
    Random random = new Random(seed);
    RecordingObjectStore objects = new RecordingObjectStore(new MemoryObjectStore());
    List<String> files = fill(objects, random);
    for (int i = random.nextInt(4); i > 0; i--) {
      changeSome(objects, files, random);
    }
    String file = files.get(random.nextInt(files.size()));

    assertThat(requests(objects, volume -> {
          volume.writeFile(file, new byte[] {1, 2, 3});
          volume.commit("replaced");
        }))
        .hasSizeLessThanOrEqualTo(9 + depth(file))
        .hasSizeLessThanOrEqualTo(12);
    assertThat(requests(objects, volume -> {
          volume.writeFile(file + ".new", new byte[] {4, 5, 6});
          volume.commit("created");
        }))
        .hasSizeLessThanOrEqualTo(10 + depth(file));
    assertThat(requests(objects, volume -> assertThat(volume.exists(file)).isTrue()))
        .hasSizeLessThanOrEqualTo(5 + depth(file));
  }

  private interface Use {
    void of(Volume volume);
  }

  /** What a process asks for that knows nothing before. */
  private static List<String> requests(RecordingObjectStore objects, Use use) {
    objects.take();
    use.of(VolumeStore.open(objects).volume("v"));
    return objects.take();
  }

  private static int depth(String path) {
    return (int) path.chars().filter(c -> c == '/').count();
  }

  /** A commit as another process might have made it. */
  private static void changeSome(RecordingObjectStore objects, List<String> files, Random random) {
    Volume volume = VolumeStore.open(objects).volume("v");
    for (int i = random.nextInt(20); i >= 0; i--) {
      int which = random.nextInt(files.size());
      String path = files.get(which);
      switch (random.nextInt(4)) {
        case 0 -> {
          volume.removeFile(path);
          files.remove(which);
        }
        case 1 -> {
          files.set(which, path + ".renamed");
          volume.rename(path, path + ".renamed");
        }
        case 2 -> volume.writeFile(path + ".added", new byte[] {1});
        default -> volume.writeFile(path, new byte[] {(byte) i});
      }
    }
    volume.commit("some");
  }

  /** A volume of many files in one of many forms; returns the paths of its files. */
  private static List<String> fill(RecordingObjectStore objects, Random random) throws Exception {
    VolumeStore store = VolumeStore.open(objects);
    store.create("v");
    Line line = new Line(objects, Line.idOf(store.keys(Line.PREFIX).get(0)).orElseThrow());
    BlobWriter blobs = store.newWriter();
    CommitRecord begin = line.read(0, store.nodes(), blobs);
    Filling filling = new Filling(random, blobs);
    List<String> files = filling.run();
    CommitRecord filled = new CommitRecord(
        1,
        CommitRecord.Kind.CHANGE,
        store.newId(),
        0,
        TIME,
        "a test",
        "filled",
        FILES,
        FILES,
        Merging.ALLOWED,
        "",
        begin.inodes().with(filling.inodes, blobs),
        begin.entries().with(filling.entries, blobs));
    blobs.flush();
    assertThat(line.publish(filled, store.nodes(), blobs)).isNull();
    return files;
  }

  /** Makes the entries of both trees. */
  private static final class Filling {
    private final Random random;
    private final InodeNumbers numbers;
    private final Content content;
    private final String stem;
    private final NavigableMap<byte[], byte @Nullable []> inodes =
        new TreeMap<>(Arrays::compareUnsigned);
    private final NavigableMap<byte[], byte @Nullable []> entries =
        new TreeMap<>(Arrays::compareUnsigned);

    Filling(Random random, BlobWriter blobs) throws StorageException {
      this.random = random;
      this.numbers = new InodeNumbers(random::nextLong);
      this.content =
          new Content(0, List.of(new Content.Extent(3, blobs.add(new byte[] {7, 7, 7}))));
      this.stem = "n".repeat(1 + random.nextInt(random.nextBoolean() ? 10 : 100));
    }

    List<String> run() {
      List<String> paths = new ArrayList<>();
      int depth = random.nextInt(3);
      int[] widths = {1, 10, 100, 1_000};
      int outer = depth == 2 ? widths[1 + random.nextInt(2)] : 1;
      int inner = depth == 0 ? 1 : widths[1 + random.nextInt(2 + (depth == 1 ? 1 : 0))];
      for (int i = 0; i < outer; i++) {
        long above = depth == 2 ? add(Inode.ROOT, "o" + i, FileType.DIRECTORY) : Inode.ROOT;
        for (int j = 0; j < inner; j++) {
          long directory = depth == 0 ? above : add(above, "d" + j, FileType.DIRECTORY);
          String path = (depth == 2 ? "/o" + i : "") + (depth == 0 ? "" : "/d" + j);
          for (int k = 0; k < FILES / outer / inner; k++) {
            add(directory, stem + k, FileType.FILE);
            paths.add(path + "/" + stem + k);
          }
        }
      }
      return paths;
    }

    private long add(long parent, String name, FileType type) {
      long number = numbers.getAsLong();
      Inode inode = Inode.of(number, type, 0644, 1_000, 1_000, TIME.plusNanos(random.nextInt()))
          .withHome(parent, Name.of(name));
      inode = type == FileType.FILE ? inode.withContent(content) : inode;
      inodes.put(Inode.key(number), inode.withLinks(1).encode());
      entries.put(
          DirectoryEntry.key(parent, Name.of(name)),
          new DirectoryEntry(parent, Name.of(name), number, type).encode());
      return number;
    }
  }
}

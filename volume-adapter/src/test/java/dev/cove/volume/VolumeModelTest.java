package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.testkit.MemoryObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random changes to a volume and to a simple tree beside it; a seed repeats a failure. */
final class VolumeModelTest {
  private static final int STEPS = 400;

  private final MemoryObjectStore objects = new MemoryObjectStore();

  /** A file by its content; a directory is null. Hard links are one array. */
  private final TreeMap<String, byte[]> model = new TreeMap<>();

  private final List<Map<String, String>> history = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void aVolumeHoldsWhatASimpleTreeHolds(long seed) throws Exception {
    Random random = new Random(seed);
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.create("v");
      for (int step = 0; step < STEPS; step++) {
        change(volume, random);
        if (random.nextInt(10) == 0) {
          if (volume.hasChanges()) {
            volume.commit("step " + step);
            history.add(shown(volume.view()));
          }
          volume = random.nextBoolean() ? volume : store.volume("v");
          Consistency.check(volume.view().snapshot());
        }
        if (random.nextInt(5) == 0) {
          assertThat(shown(volume.view())).as("seed %s, step %s", seed, step).isEqualTo(model());
        }
      }
      for (int i = 0; i < history.size(); i++) {
        assertThat(shown(volume.at(Integer.toString(i + 1)))).isEqualTo(history.get(i));
      }
      assertThat(store.verify().damages()).isEmpty();
    }
  }

  /** One change to both; what the volume refuses must leave the model as it is. */
  private void change(Volume volume, Random random) {
    String path = path(random);
    String other = path(random);
    try {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> {
          byte[] content = new byte[random.nextInt(3_000)];
          random.nextBytes(content);
          volume.writeFile(path, content);
          write(path, content);
        }
        case 3 -> {
          volume.makeDirectory(path);
          parents(path + "/x");
        }
        case 4 -> {
          volume.removeFile(path, Recursive.YES);
          below(path).keySet().forEach(model::remove);
        }
        case 5 -> {
          boolean into = volume.exists(other) && volume.stat(other).isDirectory();
          String target = into ? other + path.substring(path.lastIndexOf('/')) : other;
          boolean sameFile = !into && oneFile(path, other);
          volume.rename(path, other);
          if (sameFile && !path.equals(target)) {
            model.remove(path);
          } else {
            move(path, target);
          }
        }
        case 6 -> {
          volume.link(path, other);
          model.put(other, model.get(path));
        }
        default -> {
          boolean into = volume.exists(other) && volume.stat(other).isDirectory();
          String target = into ? other + path.substring(path.lastIndexOf('/')) : other;
          volume.copyFiles(List.of(path), other);
          if (!path.equals(target)) {
            write(target, model.get(path).clone());
          }
        }
      }
    } catch (VolumeException e) {
      assertThat(e.reason())
          .isIn(
              VolumeException.Reason.NO_SUCH_FILE,
              VolumeException.Reason.FILE_EXISTS,
              VolumeException.Reason.NOT_A_DIRECTORY,
              VolumeException.Reason.IS_A_DIRECTORY,
              VolumeException.Reason.DIRECTORY_NOT_EMPTY,
              VolumeException.Reason.BELOW_ITSELF);
    }
  }

  private boolean oneFile(String a, String b) {
    return model.get(a) != null && model.get(a) == model.get(b);
  }

  /** New content for all names of the file. */
  private void write(String path, byte[] content) {
    byte[] before = model.get(path);
    parents(path);
    model.put(path, content);
    if (before != null) {
      model.replaceAll((name, old) -> old == before ? content : old);
    }
  }

  private void parents(String path) {
    for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      model.putIfAbsent(path.substring(0, slash), null);
    }
  }

  private void move(String from, String to) {
    if (!from.equals(to)) {
      Map<String, byte[]> moving = below(from);
      moving.keySet().forEach(model::remove);
      moving.forEach((name, content) -> model.put(to + name.substring(from.length()), content));
    }
  }

  private Map<String, byte[]> below(String path) {
    Map<String, byte[]> found = new TreeMap<>();
    model.forEach((name, content) -> {
      if (name.equals(path) || name.startsWith(path + "/")) {
        found.put(name, content);
      }
    });
    return found;
  }

  private static String path(Random random) {
    StringBuilder path = new StringBuilder();
    for (int depth = 1 + random.nextInt(3); depth > 0; depth--) {
      path.append('/').append((char) ('a' + random.nextInt(4)));
    }
    return path.toString();
  }

  private Map<String, String> model() {
    Map<String, String> all = new TreeMap<>();
    model.forEach((name, content) -> all.put(name, text(content)));
    return all;
  }

  private static Map<String, String> shown(VolumeView view) {
    Map<String, String> all = new TreeMap<>();
    for (FileInfo info : view.listdir("/", Recursive.YES)) {
      all.put(info.path(), info.isDirectory() ? "directory" : text(view.readFile(info.path())));
    }
    return all;
  }

  private static String text(byte[] content) {
    return content == null ? "directory" : new String(content, StandardCharsets.ISO_8859_1);
  }
}

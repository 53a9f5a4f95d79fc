package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every cell of the tables in {@code docs/VOLUMES.md}: what becomes of two commits made from the same one. */
final class MergeTableTest {
  private static final List<String> CHANGES =
      List.of("create", "edit", "delete", "rename", "chmod", "link");

  /** One cell. */
  record Cell(String relation, String ours, String theirs, String outcome) {}

  static Stream<Cell> cells() throws IOException {
    List<Cell> cells = new ArrayList<>();
    String relation = "";
    for (String line : Files.readAllLines(Path.of("..", "docs", "VOLUMES.md"))) {
      if (line.startsWith("### The other commit changed ")) {
        relation = line.substring(line.lastIndexOf(' ') + 1);
      }
      String[] columns = line.split("\\|");
      if (columns.length == 8 && CHANGES.contains(columns[1].strip())) {
        for (int i = 0; i < CHANGES.size(); i++) {
          cells.add(new Cell(relation, columns[1].strip(), CHANGES.get(i), columns[i + 2].strip()));
        }
      }
    }
    return cells.stream();
  }

  @Test
  void everyPairHasAnOutcome() throws IOException {
    assertThat(cells()).hasSize(3 * 6 * 6);
    assertThat(cells().map(Cell::outcome)).containsOnly("merged", "conflict", "-");
  }

  @ParameterizedTest
  @MethodSource("cells")
  void thePairEndsAsTheTableSays(Cell cell) throws Exception {
    if (cell.outcome().equals("-")) {
      return;
    }
    try (VolumeStore store = VolumeStore.open(new MemoryObjectStore())) {
      Volume ours = store.create("v");
      ours.writeFile("/d/f", bytes("base"));
      ours.writeFile("/d/s/g", bytes("below"));
      ours.commit("base");
      Volume theirs = store.volume("v");
      String mine = cell.relation().equals("child") ? "/d" : "/d/f";
      String yours = cell.relation().equals("parent") ? "/d" : "/d/f";
      boolean bothNew = cell.ours().equals("create") && cell.theirs().equals("create");
      if (cell.relation().equals("same") && bothNew) {
        mine = "/d/new";
        yours = "/d/new";
      }
      change(ours, cell.ours(), mine, "ours");
      change(theirs, cell.theirs(), yours, "theirs");
      theirs.commit("theirs");

      VolumeException conflict =
          catchThrowableOfType(VolumeException.class, () -> ours.commit("ours"));

      if (cell.outcome().equals("conflict")) {
        assertThat(conflict).as(cell.toString()).isNotNull();
        assertThat(conflict.reason()).isEqualTo(Reason.CONFLICT);
        assertThat(conflict.paths()).isNotEmpty().allMatch(path -> path.startsWith("/"));
        assertThat(ours.hasChanges()).isTrue();
        assertThat(store.volume("v").base().message()).isEqualTo("theirs");
      } else {
        assertThat(conflict).as(cell.toString()).isNull();
        VolumeView merged = store.volume("v").view();
        Consistency.check(merged.snapshot());
        assertThat(ours.listdir("/", Recursive.YES))
            .usingRecursiveComparison()
            .isEqualTo(merged.listdir("/", Recursive.YES));
        seen(merged, cell.ours(), mine, "ours");
        seen(merged, cell.theirs(), yours, "theirs");
      }
    }
  }

  private static void change(Volume volume, String change, String path, String who) {
    boolean directory = volume.exists(path) && volume.stat(path).isDirectory();
    switch (change) {
      case "create" -> {
        if (path.equals("/d/f") || directory) {
          volume.removeFile(path, Recursive.YES);
        }
        volume.writeFile(path, bytes("new by " + who));
      }
      case "edit" -> {
        if (directory) {
          volume.setAttributes(
              path, AttributeChange.NONE.withXattrs(Map.of("user.by", bytes(who))));
        } else {
          volume.writeFile(path, bytes("edited by " + who));
        }
      }
      case "delete" -> volume.removeFile(path, Recursive.YES);
      case "rename" -> volume.rename(path, path + "-" + who);
      case "chmod" ->
        volume.setAttributes(path, AttributeChange.NONE.withMode(who.equals("ours") ? 0700 : 0711));
      case "link" -> volume.link(path, "/link-" + who);
      default -> throw new IllegalArgumentException(change);
    }
  }

  /** The change is there after a merge. */
  private static void seen(VolumeView merged, String change, String path, String who) {
    switch (change) {
      case "link" -> assertThat(merged.stat("/link-" + who).links()).isGreaterThan(1);
      case "delete" -> assertThat(merged.exists("/d/f")).isFalse();
      case "rename" -> assertThat(merged.exists(path + "-" + who)).isTrue();
      case "chmod" ->
        assertThat(merged.stat("/d/f".equals(path) ? moved(merged) : path).mode())
            .isEqualTo(who.equals("ours") ? 0700 : 0711);
      case "create" -> assertThat(merged.readFile(path)).isEqualTo(bytes("new by " + who));
      case "edit" -> {
        if (merged.stat(path).isDirectory()) {
          assertThat(merged.stat(path).xattrs()).containsOnlyKeys("user.by");
          assertThat(merged.stat(path).xattrs().get("user.by")).isEqualTo(bytes(who));
        } else {
          assertThat(merged.readFile(path)).isEqualTo(bytes("edited by " + who));
        }
      }
      default -> throw new IllegalArgumentException(change);
    }
  }

  private static String moved(VolumeView merged) {
    return merged.exists("/d/f") ? "/d/f" : "/link-ours";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package dev.cove.volume.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.StorageException;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.volume.chunk.BlobReader;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import dev.cove.volume.chunk.PackId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tree behaves as a sorted map, and its shape depends on its keys alone. */
final class TreeTest {
  private final RecordingObjectStore store = new RecordingObjectStore(new MemoryObjectStore());
  private final AtomicLong packs = new AtomicLong();
  private final BlobWriter blobs = newWriter();

  private BlobWriter newWriter() {
    return new BlobWriter(
        store,
        new BlobReader(store, Runnable::run),
        Runnable::run,
        () -> new PackId(0, packs.incrementAndGet()),
        null);
  }

  @ParameterizedTest
  @ValueSource(longs = 1)
  void randomEditsMakeTheTreeThatBuildingItAtOnceMakes(long seed) throws Exception {
    edit(seed);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4, 5, 6})
  void moreRandomEditsMakeTheTreeThatBuildingItAtOnceMakes(long seed) throws Exception {
    edit(seed);
  }

  private void edit(long seed) throws StorageException {
    Random random = new Random(seed);
    Tree tree = Tree.empty(new NodeStore(1 << 20), blobs);
    NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
    for (int round = 0; round < 30; round++) {
      NavigableMap<byte[], byte[]> edits = new TreeMap<>(Arrays::compareUnsigned);
      int count = random.nextInt(random.nextBoolean() ? 5 : 3_000);
      boolean mostlyRemove = random.nextInt(4) == 0;
      List<byte[]> present = new ArrayList<>(model.keySet());
      for (int i = 0; i < count; i++) {
        boolean remove = !present.isEmpty() && random.nextInt(10) < (mostlyRemove ? 9 : 3);
        byte[] key = remove ? present.get(random.nextInt(present.size())) : key(random);
        edits.put(key, remove ? null : value(random));
      }
      Tree before = tree;
      NavigableMap<byte[], byte[]> modelBefore = new TreeMap<>(model);
      tree = tree.with(edits, blobs);
      edits.forEach((key, value) -> {
        if (value == null) {
          model.remove(key);
        } else {
          model.put(key, value);
        }
      });

      assertThat(contents(tree)).containsExactlyElementsOf(lines(model));
      assertThat(shape(tree)).isEqualTo(shape(built(model)));
      assertThat(differences(before, tree)).isEqualTo(differences(modelBefore, model));
      byte[] from = key(random);
      assertThat(contents(tree.seek(from)))
          .containsExactlyElementsOf(lines(model.tailMap(from, true)));
      byte[] some = model.isEmpty() ? from : model.firstKey();
      assertThat(tree.get(some)).isEqualTo(model.get(some));
    }
  }

  @Test
  void aTreeIsReadBackFromItsRootAndCostsNoMoreThanItsHeightToLookInto() throws Exception {
    NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
    for (int i = 0; i < 100_000; i++) {
      model.put(Inode.key(1_000_000 + i), new byte[100]);
    }
    ByteWriter root = new ByteWriter();
    built(model).writeRoot(root, blobs);
    blobs.flush();
    store.take();

    BlobWriter fresh = newWriter();
    Tree read =
        Tree.readRoot(new ByteReader(root.toByteArray(), "root"), new NodeStore(1 << 20), fresh);
    assertThat(read.get(Inode.key(1_050_000))).hasSize(100);
    assertThat(store.take()).hasSize(2);
    Tree edited = read.with(edit(Inode.key(1_050_000), new byte[] {1}), fresh);
    assertThat(differences(read, edited)).hasSize(1);
    assertThat(store.take()).isEmpty();
  }

  private static NavigableMap<byte[], byte[]> edit(byte[] key, byte[] value) {
    NavigableMap<byte[], byte[]> edits = new TreeMap<>(Arrays::compareUnsigned);
    edits.put(key, value);
    return edits;
  }

  private Tree built(NavigableMap<byte[], byte[]> model) throws StorageException {
    return Tree.empty(new NodeStore(1 << 20), blobs).with(model, blobs);
  }

  private static byte[] key(Random random) {
    int parent = random.nextInt(3);
    return (parent + "/" + random.nextInt(20_000)).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] value(Random random) {
    return ("v" + random.nextInt(1_000)).getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> lines(Map<byte[], byte[]> model) {
    return model.entrySet().stream()
        .map(entry -> text(entry.getKey()) + "=" + text(entry.getValue()))
        .toList();
  }

  private static List<String> contents(Tree tree) throws StorageException {
    return contents(tree.seek(new byte[0]));
  }

  private static List<String> contents(OrderedMap.Cursor cursor) throws StorageException {
    List<String> lines = new ArrayList<>();
    while (cursor.next()) {
      lines.add(text(cursor.key()) + "=" + text(cursor.value()));
    }
    return lines;
  }

  /** The last keys of all nodes, level by level. */
  private static String shape(Tree tree) throws StorageException {
    StringBuilder shape = new StringBuilder();
    if (tree.root() != null) {
      shape(tree, tree.root(), shape);
    }
    return shape.toString();
  }

  private static void shape(Tree tree, Node node, StringBuilder shape) throws StorageException {
    shape.append(node.level()).append(':').append(text(node.lastKey())).append('#');
    shape.append(node.count()).append(' ');
    for (int i = 0; node.level() > 0 && i < node.count(); i++) {
      shape(tree, tree.child(node, i), shape);
    }
  }

  private static List<String> differences(Tree before, Tree after) throws StorageException {
    List<String> all = new ArrayList<>();
    TreeDiff.compare(
        before,
        after,
        (key, old, young) -> all.add(text(key) + ":" + text(old) + ">" + text(young)));
    return all;
  }

  private static List<String> differences(
      NavigableMap<byte[], byte[]> before, NavigableMap<byte[], byte[]> after) {
    NavigableMap<byte[], byte[]> both = new TreeMap<>(Arrays::compareUnsigned);
    both.putAll(before);
    both.putAll(after);
    return both.keySet().stream()
        .filter(key -> !Arrays.equals(before.get(key), after.get(key)))
        .map(key -> text(key) + ":" + text(before.get(key)) + ">" + text(after.get(key)))
        .toList();
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "-" : new String(bytes, StandardCharsets.UTF_8);
  }
}

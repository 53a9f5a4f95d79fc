package dev.cove.directory;

import dev.cove.storage.KeyOrder;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks the keys below a prefix in their order. It reads the names of a directory when it comes to it, and none of those that
 * lie before the bound or outside the prefix.
 */
final class KeyCursor {

  /** A name of a directory: an object's whole key, or what all keys below it begin with. */
  private record Entry(String keys, @Nullable Path folder) {}

  private static final Comparator<Entry> ORDER = Comparator.comparing(Entry::keys, KeyOrder.UTF_8);

  private final String prefix;
  private Bound bound;
  private final Deque<Deque<Entry>> open = new ArrayDeque<>();

  KeyCursor(Path root, String prefix, Bound bound) throws IOException {
    this.prefix = prefix;
    this.bound = bound;
    open.push(read(root, ""));
  }

  /** Gives the last key back, so that it comes next. */
  void back(String key) {
    Deque<Entry> one = new ArrayDeque<>();
    one.add(new Entry(key, null));
    open.push(one);
  }

  /** Leaves out what the bound does not admit. */
  void skipTo(Bound later) {
    bound = later;
  }

  /** The next key, or null at the end. */
  @Nullable
  String next() throws IOException {
    while (!open.isEmpty()) {
      Entry entry = open.element().poll();
      if (entry == null) {
        open.pop();
      } else if (entry.folder() == null) {
        if (bound.admits(entry.keys())) {
          return entry.keys();
        }
      } else if (bound.mayAdmitBelow(entry.keys())) {
        open.push(read(entry.folder(), entry.keys()));
      }
    }
    return null;
  }

  private Deque<Entry> read(Path folder, String before) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
      for (Path path : names) {
        Entry entry = entry(path, before);
        if (entry != null) {
          entries.add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Emptied and removed since its name was read; or nothing of ours. The store's own folder is
      // another matter.
      if (before.isEmpty()) {
        throw e;
      }
    }
    entries.sort(ORDER);
    return new ArrayDeque<>(entries);
  }

  private @Nullable Entry entry(Path path, String before) {
    String name = path.getFileName().toString();
    boolean isFolder = KeyPaths.isFolder(name);
    String text = isFolder ? KeyPaths.ofFolder(name) : KeyPaths.ofObject(name);
    if (text == null) {
      return null;
    }
    String keys = before + text;
    if (isFolder) {
      return (keys.startsWith(prefix) || prefix.startsWith(keys)) && bound.mayAdmitBelow(keys)
          ? new Entry(keys, path)
          : null;
    }
    return keys.startsWith(prefix) && bound.admits(keys) ? new Entry(keys, null) : null;
  }
}

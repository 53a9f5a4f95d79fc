package dev.cove.disk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which files there are and what each takes of the disk, the longest unused first. */
final class Shelf {
  // 500,000: some 60 MB of heap; files of small objects would else need more of it than of the
  // disk.
  static final int MOST_FILES = 500_000;

  @GuardedBy("this")
  private final LinkedHashMap<FileName, Long> files = new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private long bytes;

  synchronized long bytes() {
    return bytes;
  }

  synchronized int count() {
    return files.size();
  }

  /** A file was used just now; nothing when it is not there. */
  synchronized void used(FileName file) {
    files.get(file);
  }

  synchronized void grew(FileName file, long by) {
    long added = files.containsKey(file) ? by : by + Extent.HEADER;
    files.merge(file, added, Long::sum);
    bytes += added;
  }

  /**
   * Takes out the file that was not used for the longest time while more than this is there.
   *
   * @return it, to be deleted; null when there is room
   */
  synchronized @Nullable FileName takeSurplus(long mostBytes) {
    if (files.isEmpty() || (bytes <= mostBytes && files.size() <= MOST_FILES)) {
      return null;
    }
    Iterator<Map.Entry<FileName, Long>> all = files.entrySet().iterator();
    Map.Entry<FileName, Long> oldest = all.next();
    FileName file = oldest.getKey();
    bytes -= oldest.getValue();
    all.remove();
    return file;
  }
}

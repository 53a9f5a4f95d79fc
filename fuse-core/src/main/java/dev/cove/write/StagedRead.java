package dev.cove.write;

import dev.cove.write.Shape.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A read of a staged file as it was at one instant.
 *
 * @param base what its unchanged bytes come from
 * @param publications how often the file had moved to another base by then
 */
record StagedRead(LocalRuns runs, @Nullable Base base, long publications) {

  /** Bytes that {@link #deliver} needs. */
  int areaSize() {
    return runs.areaSize();
  }

  /** False when a segment was given up meanwhile; nothing was sent then. */
  boolean deliver(ByteBuffer area, BaseReader reader, ByteSink sink) throws IOException {
    if (area.hasRemaining() && !runs.load(area)) {
      return false;
    }
    Extents kept = runs.from(Source.BASE);
    if (kept.isEmpty() || base == null) {
      sink.send(runs.pieces(area, 0, new ByteBuffer[0]));
      return true;
    }
    // One read for all of it: what lies between was changed and is small.
    long start = kept.firstStart();
    int length = (int) (kept.end() - start);
    reader.read(base, start, length, got -> sink.send(runs.pieces(area, start, got)));
    return true;
  }
}

package dev.cove.mount;

import dev.cove.cache.MemoryBudget;
import dev.cove.read.ReadMeter;
import dev.cove.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a mount had begun when its process was killed, dealt with without mounting again: half-done
 * renames, files removed while they were open, attributes not stored yet. For the process that holds
 * the mount's folder alone.
 */
public final class UnfinishedWork {
  private UnfinishedWork() {}

  /**
   * One thing that was begun.
   *
   * @param number names it within the folder
   * @param key of the object or, with a slash at its end, the directory that it is about
   * @param outcome what it is and what becomes of it
   */
  public record Piece(long number, String key, String outcome) {}

  /** All there is, the oldest first. */
  public static List<Piece> list(Path folder) throws IOException {
    return Journal.read(WriteSide.journal(folder)).stream()
        .map(UnfinishedWork::describe)
        .toList();
  }

  private static Piece describe(Journal.Work work) {
    Map<String, String> fields = work.fields();
    String key = fields.getOrDefault("key", fields.getOrDefault("from", ""));
    String rename = "its rename to " + fields.get("to");
    String outcome = switch (work.kind()) {
      case DirectoryMoves.COPYING -> rename + " is to be undone";
      case DirectoryMoves.DELETING -> rename + " is to be finished";
      case "move" -> rename + " is to be finished, or undone where nothing was copied";
      case "delete" -> "it was removed while it was open";
      case NewFiles.CREATE -> "it was closed without a byte and is to be stored";
      case "attributes" -> "its mode, owner, times or attributes are to be stored";
      default -> work.kind() + " is not known to this version";
    };
    return new Piece(work.id(), key, outcome);
  }

  /**
   * Finishes or undoes pieces of it; what others have changed since is left as it is.
   *
   * @return by the number of a piece why it is still there; empty when all are done
   * @throws dev.cove.write.WriteException {@code IN_USE} while the folder belongs to another process
   */
  public static Map<Long, String> finish(
      ObjectStore store, BucketOptions options, WriteSettings settings, Set<Long> pieces)
      throws IOException {
    MemoryBudget budget = new MemoryBudget(MemoryBudget.MINIMUM);
    try (BucketFileSystem files =
        BucketFileSystem.openWritable(store, options, budget, null, ReadMeter.NONE, settings)) {
      return files.finish(work -> pieces.contains(work.id()));
    }
  }

  /** Forgets a piece: what it has left in the bucket stays as it is. */
  public static void forget(Path folder, long piece) throws IOException {
    try (Journal journal = Journal.at(WriteSide.journal(folder))) {
      journal.open().stream()
          .filter(work -> work.id() == piece)
          .forEach(work -> journal.resume(work).done());
    }
  }
}

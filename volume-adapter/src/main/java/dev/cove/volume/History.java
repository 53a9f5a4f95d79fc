package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** Reads the commits of a line. */
final class History {
  private final VolumeStore store;
  private final Line line;
  private final BlobWriter blobs;

  History(VolumeStore store, Line line, BlobWriter blobs) {
    this.store = store;
    this.line = line;
    this.blobs = blobs;
  }

  /** The newest commits that history shows, the newest first. */
  List<Commit> log(int limit) throws StorageException {
    List<Commit> log = new ArrayList<>();
    for (CommitRecord record : read(line.numbers().stream().limit(limit).toList())) {
      if (record.shownInHistory()) {
        log.add(record.toCommit());
      }
    }
    return log;
  }

  /** The commit that a number or tag names. */
  CommitRecord resolve(String commit) throws StorageException {
    boolean isNumber = commit.matches("[0-9]{1,12}");
    OptionalLong number = isNumber
        ? OptionalLong.of(Long.parseLong(commit))
        : new Tags(store, line).get(VolumeNames.checkedTag(commit));
    CommitRecord record =
        number.isEmpty() ? null : line.find(number.getAsLong(), store.nodes(), blobs);
    if (record == null || record.kind() == CommitRecord.Kind.END) {
      throw new VolumeException(
          VolumeException.Reason.UNKNOWN_COMMIT,
          "no commit or tag is named '" + commit + "': the log lists commits");
    }
    return record;
  }

  /** Those commits, in the order of their numbers' list; several requests at a time. */
  List<CommitRecord> read(List<Long> numbers) throws StorageException {
    CommitRecord[] records = new CommitRecord[numbers.size()];
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      places.add(i);
    }
    Parallel.forEach(
        store.workers().requests(),
        places,
        i -> records[i] = line.read(numbers.get(i), store.nodes(), blobs));
    return Arrays.stream(records).map(Objects::requireNonNull).toList();
  }
}

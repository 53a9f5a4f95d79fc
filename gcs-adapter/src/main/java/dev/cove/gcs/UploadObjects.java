package dev.cove.gcs;

import com.google.api.services.storage.model.StorageObject;
import dev.cove.storage.ListRequest;
import dev.cove.storage.StorageException;
import dev.cove.storage.Upload;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The objects that uploads under way have in the bucket, below {@link UploadNames}. */
final class UploadObjects {

  /** Under which metadata of its first object an upload has its key. */
  static final String KEY = "cove-key";

  private static final Logger log = LoggerFactory.getLogger(UploadObjects.class);

  // As long as GCS keeps a session for one object.
  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(7);

  private final GcsReads reads;
  private final GcsWrites writes;
  private final Clock clock;
  private final String folder;

  UploadObjects(GcsConnection gcs, GcsReads reads, GcsWrites writes, Clock clock) {
    this.reads = reads;
    this.writes = writes;
    this.clock = clock;
    this.folder = UploadNames.folder(gcs.config());
  }

  String name(String id, String last) {
    return folder + id + "/" + last;
  }

  boolean isOwn(String name) {
    return name.startsWith(folder);
  }

  /** Those whose keys begin so. */
  List<Upload> uploads(String prefix) throws StorageException {
    List<Upload> uploads = new ArrayList<>();
    for (StorageObject object : below(folder)) {
      Map<String, String> metadata = object.getMetadata();
      String key = metadata == null ? null : metadata.get(KEY);
      if (key != null && key.startsWith(prefix) && isNote(object)) {
        uploads.add(new Upload(key, idOf(object), timeOf(object)));
      }
    }
    return uploads;
  }

  /** The objects of an upload by the last component of their names. */
  Map<String, StorageObject> of(Upload upload) throws StorageException {
    String prefix = name(upload.id(), "");
    Map<String, StorageObject> found = new LinkedHashMap<>();
    for (StorageObject object : below(prefix)) {
      found.put(object.getName().substring(prefix.length()), object);
    }
    return found;
  }

  private List<StorageObject> below(String prefix) throws StorageException {
    List<StorageObject> objects = new ArrayList<>();
    String token = null;
    do {
      token = reads.page(ListRequest.all(prefix), token, objects::add);
    } while (token != null);
    return objects;
  }

  /** Removes uploads of which nothing has changed for so long that nobody goes on with them. */
  void removeForgotten() {
    try {
      Map<String, Instant> latest = new HashMap<>();
      Map<String, List<String>> names = new HashMap<>();
      for (StorageObject object : below(folder)) {
        String id = idOf(object);
        latest.merge(id, timeOf(object), (a, b) -> a.isAfter(b) ? a : b);
        names.computeIfAbsent(id, any -> new ArrayList<>()).add(object.getName());
      }
      Instant limit = clock.instant().minus(FORGOTTEN_AFTER);
      for (Map.Entry<String, Instant> upload : latest.entrySet()) {
        if (upload.getValue().isBefore(limit)) {
          removeAll(names.getOrDefault(upload.getKey(), List.of()));
        }
      }
    } catch (StorageException e) {
      // What is being written matters more.
      log.warn("uploads that were forgotten cannot be removed: {}", e.getMessage());
    }
  }

  void removeAll(List<String> names) throws StorageException {
    for (StorageException failure : writes.deleteAll(names).values()) {
      throw failure;
    }
  }

  private String idOf(StorageObject object) {
    String rest = object.getName().substring(folder.length());
    int slash = rest.indexOf('/');
    return slash < 0 ? rest : rest.substring(0, slash);
  }

  private static boolean isNote(StorageObject object) {
    return object.getName().endsWith("/" + UploadNames.BEGUN);
  }

  private static Instant timeOf(StorageObject object) {
    return object.getUpdated() == null
        ? Instant.EPOCH
        : Instant.ofEpochMilli(object.getUpdated().getValue());
  }
}

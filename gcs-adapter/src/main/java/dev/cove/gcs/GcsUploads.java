package dev.cove.gcs;

import com.google.api.services.storage.model.ComposeRequest.SourceObjects;
import com.google.api.services.storage.model.StorageObject;
import dev.cove.gcs.GcsErrors.Attempt;
import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads in parts. Each part is an object below {@link UploadNames}, sent by itself; completing
 * composes them, up to 32 at a time, and the last of these steps makes the object, under its
 * condition. Beside the parts lies what the upload was begun with: an upload exists for as long as
 * that does, and whoever finds it can go on with it.
 *
 * <p>A part that is a whole object there already is only noted, and composed from where it is. Bytes
 * and class are those of the object to be, since only objects of one class can be composed.
 */
final class GcsUploads {

  private static final Logger log = LoggerFactory.getLogger(GcsUploads.class);

  static final int MAX_PARTS = GcsCompositions.MOST;

  static final String SOURCE = "cove-source";
  private static final String SOURCE_GENERATION = "cove-source-generation";
  static final String SOURCE_SIZE = "cove-source-size";
  static final String SOURCE_CRC32C = "cove-source-crc32c";

  private final GcsConnection gcs;
  private final GcsReads reads;
  private final GcsWrites writes;
  private final GcsInserts inserts;
  private final Clock clock;
  private final UploadObjects objects;
  private final GcsCompositions compositions;
  private final AtomicBoolean swept = new AtomicBoolean();
  /** What uploads that this process knows were begun with, by id. */
  private final Map<String, StorageObject> begun = new ConcurrentHashMap<>();

  GcsUploads(GcsConnection gcs, GcsReads reads, GcsWrites writes, GcsInserts inserts, Clock clock) {
    this.gcs = gcs;
    this.reads = reads;
    this.writes = writes;
    this.inserts = inserts;
    this.clock = clock;
    this.objects = new UploadObjects(gcs, reads, writes, clock);
    this.compositions = new GcsCompositions(gcs);
  }

  Upload create(String key, WriteOptions options) throws StorageException {
    StorageObject target = writes.described("begin an upload to", key, options);
    target.setKmsKeyName(writes.kmsKey(options.attributes()));
    if (swept.compareAndSet(false, true)) {
      objects.removeForgotten();
    }
    String id = UUID.randomUUID().toString();
    byte[] text;
    try {
      text = GcsConnection.JSON.toByteArray(target);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    StorageObject note = new StorageObject()
        .setName(objects.name(id, UploadNames.BEGUN))
        .setContentType("application/json")
        .setMetadata(Map.of(UploadObjects.KEY, key));
    inserts.insert(
        "begin an upload to",
        note,
        Content.of(text),
        WriteCondition.ifAbsent(),
        writes.kmsKey(options.attributes()));
    begun.put(id, target);
    return new Upload(key, id, clock.instant());
  }

  Part upload(Upload upload, int number, Content content) throws StorageException {
    StorageObject target = target(upload);
    StorageObject stored = insertPart(upload, target, number, content, null);
    return new Part(number, content.size(), String.valueOf(stored.getGeneration()));
  }

  /** Notes a whole object as a part; of no other range can the server make one. */
  Part copy(Upload upload, int number, String sourceKey, Version source, ByteRange range)
      throws StorageException {
    Attempt attempt = new Attempt("copy from", sourceKey);
    StorageObject target = target(upload);
    StorageObject object = reads.look("copy from", sourceKey);
    if (!GcsValues.version(object).equals(source)) {
      throw gcs.errors()
          .error(Kind.PRECONDITION_FAILED, attempt, "it was replaced in the meantime");
    }
    long size = object.getSize().longValueExact();
    if (range.offset() != 0 || range.length() != size) {
      throw gcs.errors()
          .error(Kind.UNSUPPORTED, attempt, "only whole objects become parts on the server");
    }
    StorageObject part;
    if (target.getStorageClass() == null
        || target.getStorageClass().equals(object.getStorageClass())) {
      part = insertPart(upload, target, number, Content.EMPTY, noteOf(sourceKey, object));
    } else {
      // Objects of two classes cannot be composed.
      part = writes.rewrite(
          object,
          sourceKey,
          objects.name(upload.id(), UploadNames.part(number)),
          new StorageObject().setStorageClass(target.getStorageClass()),
          WriteCondition.none(),
          target.getKmsKeyName());
    }
    return new Part(number, size, String.valueOf(part.getGeneration()));
  }

  private static Map<String, String> noteOf(String key, StorageObject object) {
    Map<String, String> note = new HashMap<>();
    note.put(SOURCE, key);
    note.put(SOURCE_GENERATION, String.valueOf(object.getGeneration()));
    note.put(SOURCE_SIZE, String.valueOf(object.getSize()));
    if (object.getCrc32c() != null) {
      note.put(SOURCE_CRC32C, object.getCrc32c());
    }
    return note;
  }

  private StorageObject insertPart(
      Upload upload,
      StorageObject target,
      int number,
      Content content,
      @Nullable Map<String, String> metadata)
      throws StorageException {
    if (number < 1 || number > MAX_PARTS) {
      throw gcs.errors()
          .error(
              Kind.INVALID,
              new Attempt("store a part of", upload.key()),
              "part " + number + " is not between 1 and " + MAX_PARTS);
    }
    StorageObject part = new StorageObject()
        .setName(objects.name(upload.id(), UploadNames.part(number)))
        .setContentType(GcsValues.UNTYPED)
        .setStorageClass(target.getStorageClass())
        .setMetadata(metadata);
    return inserts.insert(
        "store part " + number + " of",
        part,
        content,
        WriteCondition.none(),
        target.getKmsKeyName());
  }

  Stored complete(Upload upload, List<Part> parts, WriteCondition condition)
      throws StorageException {
    StorageObject target = target(upload);
    Map<String, StorageObject> present = objects.of(upload);
    if (!present.containsKey(UploadNames.BEGUN)) {
      begun.remove(upload.id());
      throw gone(upload);
    }
    List<SourceObjects> sources = sources(upload, parts, present);
    StorageObject object;
    try {
      object = compositions.compose(
          upload.key(),
          target,
          sources,
          condition,
          part -> objects.name(upload.id(), "joined-" + part),
          objects::isOwn);
    } catch (StorageException e) {
      throw missing(upload, e, condition);
    }
    String expected = ComposedCrc32c.of(ascending(parts).stream()
        .map(part -> present.get(UploadNames.part(part.number())))
        .toList());
    if (expected != null && object.getCrc32c() != null && !expected.equals(object.getCrc32c())) {
      throw gcs.errors()
          .error(
              Kind.CORRUPT,
              new Attempt("publish", upload.key()),
              "the server composed other bytes than were sent");
    }
    remove(upload);
    return GcsValues.stored(object);
  }

  /** A source that is gone: a part was removed by another, or by an answer of this very call that was lost. */
  private StorageException missing(Upload upload, StorageException e, WriteCondition condition)
      throws StorageException {
    if (e.kind() == Kind.NOT_FOUND && condition instanceof WriteCondition.IfVersion) {
      // The object or a part: only a second look tells them apart.
      try {
        reads.look("publish", upload.key());
      } catch (StorageException look) {
        if (look.kind() == Kind.NOT_FOUND) {
          return new StorageException(Kind.PRECONDITION_FAILED, String.valueOf(e.getMessage()), e);
        }
      }
    }
    return e;
  }

  private List<SourceObjects> sources(
      Upload upload, List<Part> parts, Map<String, StorageObject> present) throws StorageException {
    List<SourceObjects> sources = new ArrayList<>();
    for (Part part : ascending(parts)) {
      StorageObject object = present.get(UploadNames.part(part.number()));
      if (object == null || !String.valueOf(object.getGeneration()).equals(part.tag())) {
        throw gcs.errors()
            .error(
                Kind.INVALID,
                new Attempt("publish", upload.key()),
                "part " + part.number() + " was never received");
      }
      Map<String, String> noted = object.getMetadata();
      String elsewhere = noted == null ? null : noted.get(SOURCE);
      sources.add(
          noted == null || elsewhere == null
              ? GcsCompositions.source(object.getName(), object.getGeneration())
              : GcsCompositions.source(elsewhere, Long.valueOf(noted.get(SOURCE_GENERATION))));
    }
    if (sources.isEmpty()) {
      throw gcs.errors()
          .error(Kind.INVALID, new Attempt("publish", upload.key()), "an upload has parts");
    }
    return sources;
  }

  private static List<Part> ascending(List<Part> parts) {
    return parts.stream().sorted(Comparator.comparingInt(Part::number)).toList();
  }

  void abort(Upload upload) throws StorageException {
    begun.remove(upload.id());
    List<String> names = new ArrayList<>();
    objects.of(upload).values().forEach(object -> names.add(object.getName()));
    objects.removeAll(names);
  }

  /** The object is there: what is left of the upload is of no use, and no failure of the call. */
  private void remove(Upload upload) {
    try {
      abort(upload);
    } catch (StorageException e) {
      log.warn("parts of a finished upload are left behind: {}", e.getMessage());
      // The next upload looks for what is left.
      swept.set(false);
    }
  }

  List<Part> parts(Upload upload) throws StorageException {
    Map<String, StorageObject> present = objects.of(upload);
    if (!present.containsKey(UploadNames.BEGUN)) {
      throw gone(upload);
    }
    Map<Integer, Part> parts = new TreeMap<>();
    present.forEach((name, object) -> {
      if (Character.isDigit(name.charAt(0))) {
        int number = Integer.parseInt(name);
        Map<String, String> noted = object.getMetadata();
        long size = noted != null && noted.containsKey(SOURCE_SIZE)
            ? Long.parseLong(noted.get(SOURCE_SIZE))
            : object.getSize().longValueExact();
        parts.put(number, new Part(number, size, String.valueOf(object.getGeneration())));
      }
    });
    return List.copyOf(parts.values());
  }

  List<Upload> list(String prefix) throws StorageException {
    return objects.uploads(prefix);
  }

  /** What the upload was begun with. */
  private StorageObject target(Upload upload) throws StorageException {
    StorageObject known = begun.get(upload.id());
    if (known != null) {
      return known;
    }
    try (ObjectBody body =
        reads.get(GetRequest.whole(objects.name(upload.id(), UploadNames.BEGUN)))) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(body.length()));
      while (bytes.hasRemaining() && body.read(bytes) >= 0) {
        // until all is read
      }
      StorageObject target = GcsConnection.JSON.fromString(
          new String(bytes.array(), StandardCharsets.UTF_8), StorageObject.class);
      begun.put(upload.id(), target);
      return target;
    } catch (StorageException e) {
      throw e.kind() == Kind.NOT_FOUND ? gone(upload) : e;
    } catch (IOException | RuntimeException e) {
      throw gcs.errors()
          .error(
              Kind.INVALID,
              new Attempt("go on with the upload to", upload.key()),
              "what it was begun with cannot be read",
              e);
    }
  }

  private StorageException gone(Upload upload) {
    return gcs.errors()
        .error(
            Kind.NOT_FOUND,
            new Attempt("go on with the upload to", upload.key()),
            "the upload does not exist any more");
  }
}

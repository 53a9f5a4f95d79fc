package dev.cove.directory;

import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_COPY;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_DELETE;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_PUT;
import static dev.cove.storage.Capabilities.Feature.METADATA_IN_LISTS;
import static dev.cove.storage.Capabilities.Feature.PART_COPY;
import static dev.cove.storage.Capabilities.Feature.TAGS;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Capabilities;
import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder of the local file system as a bucket, for any number of threads and processes at once. What a call has acknowledged
 * survives the end of the process and of the machine. Objects become visible whole; what a process leaves half-written when it
 * dies is seen by nobody and removed by the next one that writes. The folder must exist, and is not made again when it goes.
 *
 * <p>The file system must have rename and locks that hold between all who use it: local ones have, and NFS from version 4.
 */
public final class DirectoryObjectStore implements ObjectStore {
  private static final Capabilities CAPABILITIES = Capabilities.builder()
      .can(
          PART_COPY, CONDITIONAL_PUT, CONDITIONAL_COPY, CONDITIONAL_DELETE, METADATA_IN_LISTS, TAGS)
      .maxParts(Uploads.MAX_PARTS)
      .build();

  private final Path root;
  private final Failures failures;
  private final TempFiles temps;
  private final Writing writing;
  private final Uploads uploads;
  private final Cursors cursors = new Cursors();

  /** The bucket in that folder. Nothing is looked at or made before it is used. */
  public DirectoryObjectStore(Path folder) {
    root = folder.toAbsolutePath().normalize();
    failures = new Failures(root);
    temps = new TempFiles(root);
    writing = new Writing(root, temps);
    uploads = new Uploads(root, temps, writing);
  }

  @Override
  public String uri() {
    return "file://" + root;
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public ObjectInfo head(String key) throws StorageException {
    return call("looking at " + key, () -> {
      try (OpenObject object = open(key, null)) {
        return object.info();
      }
    });
  }

  @Override
  public ObjectBody get(GetRequest request) throws StorageException {
    String key = request.key();
    return call("reading " + key, () -> {
      OpenObject object = open(key, request.version());
      boolean handedOver = false;
      try {
        long size = object.info().size();
        ByteRange range = request.range();
        long offset = range == null ? 0 : range.offset();
        if (range != null && offset >= size) {
          throw new StorageException(
              Kind.INVALID_RANGE, key + " has " + size + " bytes, none at " + offset);
        }
        long length = range == null ? size : Math.min(range.length(), size - offset);
        ObjectBody body = object.body(offset, length);
        handedOver = true;
        return body;
      } finally {
        if (!handedOver) {
          object.close();
        }
      }
    });
  }

  @Override
  public ListPage list(ListRequest request) throws StorageException {
    return call("listing " + request.prefix(), () -> {
      List<ObjectInfo> objects = new ArrayList<>();
      List<String> prefixes = new ArrayList<>();
      Bound bound = Bound.of(request);
      KeyCursor cursor = cursors.take(request);
      if (cursor == null) {
        cursor = new KeyCursor(root, request.prefix(), bound);
      }
      for (String key = cursor.next(); key != null; key = cursor.next()) {
        if (objects.size() + prefixes.size() == request.maxKeys()) {
          cursor.back(key);
          return new ListPage(objects, prefixes, cursors.keep(request, bound.token(), cursor));
        }
        String rolledUp = rollUp(key, request);
        if (rolledUp != null) {
          prefixes.add(rolledUp);
          bound = new Bound(Bound.Edge.PAST_PREFIX, rolledUp);
          cursor.skipTo(bound);
        } else {
          bound = new Bound(Bound.Edge.AFTER, key);
          describe(key, objects);
        }
      }
      return new ListPage(objects, prefixes, null);
    });
  }

  private static @Nullable String rollUp(String key, ListRequest request) {
    String delimiter = request.delimiter();
    int at = delimiter == null ? -1 : key.indexOf(delimiter, request.prefix().length());
    return delimiter == null || at < 0 ? null : key.substring(0, at + delimiter.length());
  }

  private void describe(String key, List<ObjectInfo> objects) throws IOException {
    try (OpenObject object = OpenObject.open(key, path(key))) {
      objects.add(object.info());
    } catch (NoSuchFileException e) {
      // Deleted since its name was read.
    }
  }

  @Override
  public Stored put(String key, Content content, WriteOptions options) throws StorageException {
    return call("storing " + key, () -> {
      path(key);
      Label label = Label.fresh(options);
      writing.refuseEarly(key, options.condition());
      return writing.publish(key, writing.prepare(Writing.of(content), label), options.condition());
    });
  }

  @Override
  public Upload createUpload(String key, WriteOptions options) throws StorageException {
    return call("storing " + key, () -> {
      path(key);
      return uploads.create(key, options);
    });
  }

  @Override
  public Part uploadPart(Upload upload, int number, Content content) throws StorageException {
    return call(
        "storing a part of " + upload.key(),
        () -> uploads.receive(upload, number, Writing.of(content)));
  }

  @Override
  public Part copyPart(Upload upload, int number, String sourceKey, Version source, ByteRange range)
      throws StorageException {
    return call("copying a part of " + sourceKey, () -> {
      try (OpenObject object = open(sourceKey, source)) {
        if (range.end() > object.info().size()) {
          throw new StorageException(
              Kind.INVALID_RANGE,
              sourceKey + " has " + object.info().size() + " bytes, not " + range.end());
        }
        return uploads.receive(
            upload, number, file -> object.appendTo(file, range.offset(), range.length()));
      }
    });
  }

  @Override
  public Stored complete(Upload upload, List<Part> parts, WriteCondition condition)
      throws StorageException {
    return call("storing " + upload.key(), () -> uploads.complete(upload, parts, condition));
  }

  @Override
  public void abort(Upload upload) throws StorageException {
    call("dropping the upload of " + upload.key(), () -> {
      uploads.abort(upload);
      return true;
    });
  }

  @Override
  public List<Upload> listUploads(String prefix) throws StorageException {
    return call("listing uploads", () -> uploads.list(prefix));
  }

  @Override
  public List<Part> listParts(Upload upload) throws StorageException {
    return call("listing parts of " + upload.key(), () -> uploads.parts(upload));
  }

  @Override
  public Stored copy(CopyRequest request) throws StorageException {
    return call("copying " + request.source(), () -> {
      path(request.target());
      ObjectAttributes attributes = request.attributes();
      if (request.source().equals(request.target()) && attributes == null) {
        throw new StorageException(
            Kind.INVALID, "copying " + request.source() + " onto itself changes nothing");
      }
      if (attributes != null) {
        Label.check(attributes);
      }
      try (OpenObject source = open(request.source(), request.sourceVersion())) {
        writing.refuseEarly(request.target(), request.condition());
        Label kept = source.label();
        Label label = Label.fresh(attributes == null ? kept.attributes() : attributes, kept.tags());
        Writing.Prepared copy =
            writing.prepare(file -> source.appendTo(file, 0, source.info().size()), label);
        return writing.publish(request.target(), copy, request.condition());
      }
    });
  }

  @Override
  public void delete(String key, WriteCondition condition) throws StorageException {
    call("deleting " + key, () -> {
      if (writing.delete(key, condition)) {
        Folders.syncIfThere(path(key).resolveSibling(""));
      }
      return true;
    });
  }

  @Override
  public Map<String, StorageException> deleteAll(Collection<String> keys) throws StorageException {
    Map<String, StorageException> failed = new LinkedHashMap<>();
    Set<Path> changed = new LinkedHashSet<>();
    for (String key : keys) {
      try {
        call("deleting " + key, () -> {
          if (writing.delete(key, WriteCondition.none())) {
            changed.add(path(key).resolveSibling(""));
          }
          return true;
        });
      } catch (StorageException e) {
        failed.put(key, e);
      }
    }
    call("deleting", () -> {
      for (Path folder : changed) {
        Folders.syncIfThere(folder);
      }
      return true;
    });
    return failed;
  }

  @Override
  public Map<String, String> tags(String key) throws StorageException {
    return call("looking at " + key, () -> {
      try (OpenObject object = open(key, null)) {
        return object.tags();
      }
    });
  }

  @Override
  public void close() {
    try {
      temps.close();
    } catch (IOException e) {
      // What could not be removed is swept by the next store that writes.
    }
  }

  private Path path(String key) throws StorageException {
    return root.resolve(KeyPaths.path(key));
  }

  private OpenObject open(String key, @Nullable Version pinned) throws IOException {
    OpenObject object;
    try {
      object = OpenObject.open(key, path(key));
    } catch (NoSuchFileException e) {
      if (!Files.isDirectory(root)) {
        throw failures.gone(e);
      }
      throw new StorageException(Kind.NOT_FOUND, "no object " + key + " in " + uri(), e);
    }
    if (pinned != null && !pinned.equals(object.info().version())) {
      object.close();
      throw new StorageException(Kind.PRECONDITION_FAILED, key + " has another version by now");
    }
    return object;
  }

  private <T> T call(String what, Turns.Step<T> step) throws StorageException {
    try {
      return step.run();
    } catch (IOException e) {
      throw failures.of(what, e);
    }
  }
}

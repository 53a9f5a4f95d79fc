package dev.cove.volume;

import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.chunk.BlobReader;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.Hash;
import dev.cove.volume.chunk.PackId;
import dev.cove.volume.chunk.Sealed;
import dev.cove.volume.chunk.UploadMemory;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.NodeStore;
import dev.cove.volume.snapshot.Tree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A place that keeps volumes: any {@link ObjectStore} that can create an object only if it is absent. Several processes on several
 * machines may use it at once. Safe for use by many threads.
 */
public final class VolumeStore implements AutoCloseable {
  private final ObjectStore objects;
  private final Catalogue catalogue;
  private final VolumeOptions options;
  private final NodeStore nodes;
  private final Workers workers;
  private final BlobReader reader;
  private final @Nullable UploadMemory memory;
  private final SecureRandom random = new SecureRandom();

  private VolumeStore(ObjectStore objects, VolumeOptions options) {
    this.objects = objects;
    this.catalogue = new Catalogue(this, new Names(objects));
    this.options = options;
    this.nodes = new NodeStore(options.nodeCacheBytes());
    this.workers = new Workers(options.parallelism());
    this.reader = new BlobReader(objects, workers.requests());
    Path folder = options.uploadMemory();
    this.memory = folder == null
        ? null
        : new UploadMemory(folder.resolve(
            Hash.of(objects.uri().getBytes(StandardCharsets.UTF_8)).toString().substring(0, 32)));
  }

  /**
   * The volumes in a store, which is closed with this.
   *
   * @throws VolumeException {@code UNSUITABLE_STORE} when the store knows no conditional put
   */
  public static VolumeStore open(ObjectStore objects, VolumeOptions options) {
    if (!objects.capabilities().conditionalPut()) {
      throw new VolumeException(
          Reason.UNSUITABLE_STORE,
          objects.uri()
              + " cannot create an object only if it is absent, and without that writers would"
              + " overwrite each other");
    }
    return new VolumeStore(objects, options);
  }

  public static VolumeStore open(ObjectStore objects) {
    return open(objects, VolumeOptions.standard());
  }

  /** The address of the store. */
  public String uri() {
    return objects.uri();
  }

  /**
   * The volume of that name, at its newest commit.
   *
   * @throws VolumeException {@code UNKNOWN_VOLUME}, with the name that may have been meant
   */
  public Volume volume(String name, IfMissing ifMissing) {
    VolumeNames.checked(name);
    try {
      for (int tries = 0; ; tries++) {
        Names.Current current = catalogue.find(name);
        NameRecord.Holds holds = current.volume();
        Volume volume = holds == null ? null : open(name, holds);
        if (volume != null) {
          return volume;
        }
        if (ifMissing == IfMissing.FAIL) {
          throw catalogue.unknown(current);
        }
        try {
          return create(name);
        } catch (VolumeException e) {
          // Somebody else was quicker, so it is there now. It may go again, but not for ever.
          if (e.reason() != Reason.VOLUME_EXISTS || tries == 10) {
            throw e;
          }
        }
      }
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }

  public Volume volume(String name) {
    return volume(name, IfMissing.FAIL);
  }

  /**
   * Creates an empty volume.
   *
   * @throws VolumeException {@code VOLUME_EXISTS}
   */
  public Volume create(String name) {
    return create(name, Merging.ALLOWED);
  }

  /** As {@link #create(String)}; with {@link Merging#REFUSED} none of its commits is ever merged. */
  public Volume create(String name, Merging merging) {
    VolumeNames.checked(name);
    try {
      Names.Current free = catalogue.requireFree(name);
      BlobWriter blobs = newWriter();
      Inode root =
          Inode.of(Inode.ROOT, FileType.DIRECTORY, 0755, 0, 0, options.clock().instant());
      TreeMap<byte[], byte @Nullable []> first = new TreeMap<>(Arrays::compareUnsigned);
      first.put(Inode.key(Inode.ROOT), root.encode());
      return begin(
          free,
          new CommitRecord(
              0,
              CommitRecord.Kind.BEGIN,
              newId(),
              0,
              options.clock().instant(),
              options.author(),
              "",
              0,
              0,
              merging,
              "",
              Tree.empty(nodes, blobs).with(first, blobs),
              Tree.empty(nodes, blobs)),
          blobs);
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }

  Volume clone(String source, CommitRecord commit, String target) {
    VolumeNames.checked(target);
    try {
      return begin(
          catalogue.requireFree(target),
          new CommitRecord(
              0,
              CommitRecord.Kind.BEGIN,
              newId(),
              0,
              options.clock().instant(),
              options.author(),
              "clone of " + source + "@" + commit.number(),
              commit.files(),
              commit.bytes(),
              commit.merging(),
              source + "@" + commit.number(),
              commit.inodes(),
              commit.entries()),
          newWriter());
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }

  /**
   * Gives a volume another name; what is open goes on working.
   *
   * @throws VolumeException {@code UNKNOWN_VOLUME}, {@code VOLUME_EXISTS}
   */
  public void rename(String from, String to) {
    VolumeNames.checked(from);
    VolumeNames.checked(to);
    try {
      catalogue.rename(from, to);
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }

  /**
   * Deletes a volume with its history and tags. Whoever has it open can commit no more. The space of its files returns when nothing
   * else in the store, such as a clone, uses them and garbage is collected.
   *
   * @throws VolumeException {@code UNKNOWN_VOLUME}
   */
  public void delete(String name) {
    VolumeNames.checked(name);
    try {
      NameRecord.Holds volume = catalogue.existing(catalogue.find(name));
      Line line = new Line(objects, volume.line());
      // The last commit first: after it no commit of anybody can get lost in a volume that is on
      // its way out.
      long end = line.end(nodes, newWriter(), options, newId());
      catalogue.free(name, volume);
      List<String> rest = keys(line.prefix());
      rest.remove(line.key(end));
      for (StorageException failure : objects.deleteAll(rest).values()) {
        throw failure;
      }
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }

  /**
   * Reads every object of the store and finds any bit that is not what it should be; names the files of all volumes and commits that
   * need it. What others commit meanwhile may be checked or not.
   */
  public VerifyReport verify() {
    try {
      Verifier verifier = new Verifier(this);
      Map<Id, String> lines = new HashMap<>();
      for (String key : keys(Names.PREFIX)) {
        verifier.sealed(Sealed.Kind.NAME, key);
      }
      catalogue.volumes().forEach((name, volume) -> lines.put(volume.line(), name));
      for (Id id : allLines()) {
        verifier.line(lines.getOrDefault(id, "(nameless) " + id), new Line(objects, id));
      }
      for (String key : keys(PackId.PREFIX)) {
        PackId.ofKey(key).ifPresent(verifier::pack);
      }
      return verifier.finish();
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }

  private Set<Id> allLines() throws StorageException {
    Set<Id> ids = new LinkedHashSet<>();
    for (String key : keys(Line.PREFIX)) {
      Line.idOf(key).ifPresent(ids::add);
    }
    return ids;
  }

  /** A new line whose name is published last, so that nobody meets half a volume. */
  private Volume begin(Names.Current free, CommitRecord first, BlobWriter blobs)
      throws StorageException {
    Line line = new Line(objects, newId());
    if (line.publish(first, nodes, blobs) != null) {
      throw new IllegalStateException("two volumes have the same random id");
    }
    // Whole seconds: what is read back is to be equal.
    Instant created = first.time().truncatedTo(ChronoUnit.SECONDS);
    if (!catalogue.name(free, new NameRecord.Holds(line.id(), created))) {
      objects.delete(line.key(0), WriteCondition.none());
      throw Catalogue.exists(free.name());
    }
    return new Volume(this, free.name(), line, blobs, first);
  }

  /** The volumes there are, in the order of their names. */
  public List<VolumeInfo> list() {
    try {
      return catalogue.list();
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }

  @Override
  public void close() {
    workers.close();
    objects.close();
  }

  ObjectStore objects() {
    return objects;
  }

  VolumeOptions options() {
    return options;
  }

  NodeStore nodes() {
    return nodes;
  }

  Workers workers() {
    return workers;
  }

  Id newId() {
    return new Id(random.nextLong(), random.nextLong());
  }

  BlobWriter newWriter() {
    return new BlobWriter(
        objects,
        reader,
        workers.requests(),
        () -> new PackId(random.nextLong(), random.nextLong()),
        memory);
  }

  /** Null when it was deleted, and only its name is left. */
  private @Nullable Volume open(String name, NameRecord.Holds named) throws StorageException {
    Line line = new Line(objects, named.line());
    BlobWriter blobs = newWriter();
    long newest = line.newest();
    if (newest < 0) {
      throw new StorageException(
          StorageException.Kind.CORRUPT, "the volume '" + name + "' has no commit at all");
    }
    CommitRecord head = line.read(newest, nodes, blobs);
    return head.kind() == CommitRecord.Kind.END ? null : new Volume(this, name, line, blobs, head);
  }

  List<String> keys(String prefix) throws StorageException {
    List<String> keys = new ArrayList<>();
    ListRequest request = ListRequest.all(prefix);
    String token;
    do {
      ListPage page = objects.list(request);
      page.objects().stream().map(ObjectInfo::key).forEach(keys::add);
      token = page.nextToken();
      request = request.page(String.valueOf(token));
    } while (token != null);
    return keys;
  }
}

package dev.cove.volume;

import dev.cove.storage.Content;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.Sealed;
import dev.cove.volume.snapshot.NodeStore;
import dev.cove.volume.snapshot.Tree;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The commits of one volume: objects that are created once and never changed. Their keys sort the newest first, so that one list of
 * one key finds the head, however long the history is.
 */
final class Line {
  /** What the keys of all lines begin with. */
  static final String PREFIX = "lines/";

  private final ObjectStore store;
  private final Id id;

  /** A commit of a volume of that name. */
  record Named(String volume, CommitRecord commit) {}

  Line(ObjectStore store, Id id) {
    this.store = store;
    this.id = id;
  }

  Id id() {
    return id;
  }

  /** What the keys of all its objects begin with. */
  String prefix() {
    return PREFIX + id + "/";
  }

  /** The line an object belongs to, by its key. */
  static Optional<Id> idOf(String key) {
    if (!key.matches("lines/[0-9a-f]{32}/.*")) {
      return Optional.empty();
    }
    int at = PREFIX.length();
    return Optional.of(new Id(
        HexFormat.fromHexDigitsToLong(key, at, at + 16),
        HexFormat.fromHexDigitsToLong(key, at + 16, at + 32)));
  }

  private String commits() {
    return prefix() + "commits/";
  }

  /** {@code lines/ID/commits/999999999991.8} for number 8. */
  String key(long number) {
    return commits() + Inverted.text(number);
  }

  /** The number in a key of a commit; negative for a key that is none. */
  static long number(String key) {
    return key.contains("/commits/") ? Inverted.number(key) : -1;
  }

  /** The number of the newest commit; negative when there is none. One request. */
  long newest() throws StorageException {
    ListPage page = store.list(ListRequest.all(commits()).limit(1));
    return page.objects().isEmpty() ? -1 : number(page.objects().get(0).key());
  }

  /** All numbers, the newest first. */
  List<Long> numbers() throws StorageException {
    List<Long> numbers = new ArrayList<>();
    ListRequest request = ListRequest.all(commits());
    String token;
    do {
      ListPage page = store.list(request);
      for (ObjectInfo object : page.objects()) {
        long number = number(object.key());
        if (number >= 0) {
          numbers.add(number);
        }
      }
      token = page.nextToken();
      request = request.page(String.valueOf(token));
    } while (token != null);
    return numbers;
  }

  /**
   * @throws StorageException {@code NOT_FOUND} when there is no such commit
   */
  CommitRecord read(long number, NodeStore nodes, BlobWriter blobs) throws StorageException {
    String key = key(number);
    CommitRecord record = CommitRecord.decode(Sealed.fetch(store, key), key, nodes, blobs);
    if (record.number() != number) {
      throw new StorageException(
          StorageException.Kind.CORRUPT,
          key + " is damaged: it holds the commit " + record.number());
    }
    return record;
  }

  @Nullable
  CommitRecord find(long number, NodeStore nodes, BlobWriter blobs) throws StorageException {
    try {
      return read(number, nodes, blobs);
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Publishes a commit under its number, unless another one has it. Everything it refers to is in the store already. An answer that
   * was lost is settled by reading the number back.
   *
   * @return null when it is published; the commit that has the number already, otherwise
   * @throws StorageException when it was not published, or that is not known; publishing the same again settles it
   */
  @Nullable
  CommitRecord publish(CommitRecord commit, NodeStore nodes, BlobWriter blobs)
      throws StorageException {
    byte[] sealed = commit.encode(blobs);
    blobs.flush(); // Roots that do not travel with the commit.
    try {
      store.put(
          key(commit.number()),
          Content.of(sealed),
          WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
      return null;
    } catch (StorageException e) {
      boolean taken = e.kind() == StorageException.Kind.PRECONDITION_FAILED;
      if (!taken && !e.mayHaveBeenApplied()) {
        throw e;
      }
      CommitRecord there =
          taken ? read(commit.number(), nodes, blobs) : find(commit.number(), nodes, blobs);
      if (there == null) {
        throw e;
      }
      return there.write().equals(commit.write()) ? null : there;
    }
  }

  /**
   * Publishes the end of the line: no commit follows it.
   *
   * @return its number
   */
  long end(NodeStore nodes, BlobWriter blobs, VolumeOptions options, Id write)
      throws StorageException {
    while (true) {
      CommitRecord head = read(newest(), nodes, blobs);
      if (head.kind() == CommitRecord.Kind.END) {
        return head.number();
      }
      Tree nothing = Tree.empty(nodes, blobs);
      CommitRecord end = new CommitRecord(
          head.number() + 1,
          CommitRecord.Kind.END,
          write,
          head.number(),
          options.clock().instant(),
          options.author(),
          "",
          0,
          0,
          head.merging(),
          "",
          nothing,
          nothing);
      if (publish(end, nodes, blobs) == null) {
        return end.number();
      }
    }
  }
}

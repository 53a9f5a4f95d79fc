package dev.cove.cli.mount;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.mount.MountCommand.Missing;
import dev.cove.cli.store.BucketUrl;
import dev.cove.cli.store.BucketUrl.Cloud;
import dev.cove.cli.store.StoreOptions;
import dev.cove.mount.BucketOptions.OnConflict;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** The buckets of mounts that are being made, asked side by side. */
final class BucketOpening {
  private final StoreOptions options;
  private final WritingOptions writing;
  private final Missing missing;
  private final Set<BucketUrl> nothingYet = ConcurrentHashMap.newKeySet();
  private final List<CompletableFuture<Opened>> looks;
  private List<CompletableFuture<Opened>> opened;

  private record Opened(BucketUrl source, ObjectStore store) {}

  /** Begins to look whether they can be read; changes nothing in them. */
  BucketOpening(
      List<BucketUrl> sources, StoreOptions options, WritingOptions writing, Missing missing) {
    this.options = options;
    this.writing = writing;
    this.missing = missing;
    this.looks = sources.stream()
        .map(source -> CompletableFuture.supplyAsync(() -> look(source), BucketOpening::run))
        .toList();
    this.opened = looks;
  }

  /**
   * Begins to find out what their servers keep when they are written to, with a small object that is
   * gone afterwards. {@link #finish} must be called before the process may end.
   */
  void prepareWriting() {
    opened = looks.stream()
        .map(look -> look.thenApplyAsync(this::forWriting, BucketOpening::run))
        .toList();
  }

  /** The bucket of that number, when all is known. */
  ObjectStore await(int index) {
    try {
      return opened.get(index).join().store();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Returns when nothing is written to them any more. */
  void finish() {
    looks.forEach(look -> look.cancel(false));
    opened.forEach(each -> each.handle((done, failure) -> done).join());
  }

  /** Those in which no key begins with their prefix yet. */
  Set<BucketUrl> nothingYet() {
    return nothingYet;
  }

  private static void run(Runnable task) {
    Thread thread = new Thread(task, "open");
    thread.setDaemon(true);
    thread.start();
  }

  private Opened look(BucketUrl source) {
    ObjectStore store = options.open(source);
    try {
      // Two: the prefix's own marker is left out, and MinIO says of a page that has it alone that
      // it is the last.
      ListPage first = store.list(ListRequest.all("").limit(2));
      boolean empty = first.objects().isEmpty() && first.nextToken() == null;
      if (empty && !source.prefix().isEmpty() && !hasMarker(source)) {
        if (missing == Missing.REFUSED) {
          throw CommandFailure.notSo("no key in " + source.wholeBucket() + " begins with '"
              + source.prefix() + "'; check the prefix, or give --allow-missing-prefix");
        }
        nothingYet.add(source);
      }
      return new Opened(source, store);
    } catch (StorageException e) {
      store.close();
      throw failure(e);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Whether the prefix is a directory that is empty: the store of what is below it does not show its marker. */
  private boolean hasMarker(BucketUrl source) throws StorageException {
    try (ObjectStore whole = options.open(source.wholeBucket())) {
      return !whole.list(ListRequest.all(source.prefix()).limit(1)).objects().isEmpty();
    }
  }

  // After the look, which says what is wrong with a bucket or its credentials.
  private Opened forWriting(Opened look) {
    look.store().close();
    try {
      ObjectStore store = options.openForWriting(look.source());
      requireConditions(store, look.source());
      return new Opened(look.source(), store);
    } catch (StorageException e) {
      throw failure(e);
    }
  }

  private static CommandFailure failure(StorageException e) {
    String line = String.valueOf(e.getMessage());
    return switch (e.kind()) {
      case NO_SUCH_BUCKET -> CommandFailure.notSo(line, e);
      case INVALID -> CommandFailure.usage(line, e);
      default -> CommandFailure.failed(line, e);
    };
  }

  /** Else two writers would overwrite one another unseen, which is for the user to accept. */
  private void requireConditions(ObjectStore store, BucketUrl source) {
    if (writing.onConflict() == OnConflict.FAIL && !store.capabilities().conditionalPut()) {
      store.close();
      String instead =
          source.cloud() == Cloud.S3 && options.config(source.bucket()).isGoogle()
              ? "mount gs:" + source.toString().substring("s3:".length()) + " instead, or accept"
              : "accept";
      throw CommandFailure.notSo("the server of " + source
          + " keeps no conditions on writes, so that another writer's bytes could be overwritten"
          + " unseen: " + instead + " that with --on-conflict overwrite");
    }
  }
}

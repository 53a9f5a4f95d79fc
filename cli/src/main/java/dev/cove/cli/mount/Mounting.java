package dev.cove.cli.mount;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.Printable;
import dev.cove.cli.config.Folders;
import dev.cove.cli.metrics.MountMetrics;
import dev.cove.cli.mount.MountCommand.Missing;
import dev.cove.cli.mount.MountCommand.MountRequest;
import dev.cove.cli.store.BucketUrl;
import dev.cove.cli.store.StoreOptions;
import dev.cove.disk.DiskBlocks;
import dev.cove.fuse.FuseMount;
import dev.cove.fuse.JnrFuse;
import dev.cove.fuse.MountException;
import dev.cove.fuse.StaleMounts;
import dev.cove.mount.BucketFileSystem;
import dev.cove.mount.BucketOptions;
import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.mount.WriteSettings;
import dev.cove.read.ReadMeter;
import dev.cove.s3.S3Config.Lists;
import dev.cove.storage.ObjectStore;
import dev.cove.write.WriteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes mounts: all that are asked for, or none. */
final class Mounting {
  private static final Duration READY_WITHIN = Duration.ofSeconds(30);
  private static final Logger log = LoggerFactory.getLogger(Mounting.class);

  private final StoreOptions storeOptions;
  private final FileSystemOptions fileSystem;
  private final WritingOptions writing;
  private final Folders folders;
  private final Shared shared;
  private final Missing missing;
  private final Set<BucketUrl> nothingYet = new HashSet<>();

  Mounting(
      StoreOptions storeOptions,
      FileSystemOptions fileSystem,
      WritingOptions writing,
      Folders folders,
      Shared shared,
      Missing missing) {
    this.storeOptions = storeOptions;
    this.fileSystem = fileSystem;
    this.writing = writing;
    this.folders = folders;
    this.shared = shared;
    this.missing = missing;
  }

  /** @throws CommandFailure why one of them could not be made; nothing is left mounted then */
  List<MountedBucket> mount(List<MountRequest> requests) throws IOException, InterruptedException {
    storeOptions.lists(
        fileSystem.attributes(writing) == AttributeMode.POSIX ? Lists.WITH_METADATA : Lists.PLAIN);
    // What buckets answer takes a round trip each, so the directories are looked at meanwhile.
    BucketOpening buckets = new BucketOpening(
        requests.stream().map(MountRequest::source).toList(), storeOptions, writing, missing);
    List<MountedBucket> mounted = new ArrayList<>();
    try {
      for (MountRequest request : requests) {
        check(request.directory());
      }
      if (writing.isWritable()) {
        buckets.prepareWriting();
      }
      for (int i = 0; i < requests.size(); i++) {
        mounted.add(mount(requests.get(i), buckets.await(i)));
      }
      nothingYet.addAll(buckets.nothingYet());
      return mounted;
    } catch (IOException | RuntimeException | InterruptedException e) {
      mounted.forEach(mount -> mount.unmountForGood(Duration.ZERO, () -> {}));
      buckets.finish();
      throw e;
    }
  }

  /** Whether this was mounted though no key begins with its prefix yet. */
  boolean hasNothingYet(BucketUrl source) {
    return nothingYet.contains(source);
  }

  // The cheap reasons first: before a request is sent, and before a helper program is asked to
  // mount.
  private static void check(Path directory) throws IOException {
    if (StaleMounts.clearIfStale(directory)) {
      log.warn("{} was still mounted by a process that is gone; it is unmounted now", directory);
    }
    String name = Printable.line(directory.toString());
    if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw CommandFailure.usage(name + " does not exist; make it with: mkdir -p '" + name + "'");
    }
    if (!Files.isDirectory(directory)) {
      throw CommandFailure.usage(name + " is not a directory; name an empty directory");
    }
    try {
      JnrFuse.requireMountPoint(directory);
    } catch (MountException e) {
      throw failure(e);
    }
  }

  private MountedBucket mount(MountRequest request, ObjectStore opened)
      throws IOException, InterruptedException {
    String source = request.source().toString();
    MountMetrics metrics = new MountMetrics();
    ObjectStore store = metrics.counting(opened);
    BucketFileSystem files = open(request, store, metrics.reads());
    try {
      int leftovers = files.recover();
      FuseMount mount =
          JnrFuse.mount(files, request.directory(), fileSystem.mountOptions(source, writing));
      mount.awaitReady(READY_WITHIN);
      log.info("{} is mounted on {}", source, mount.directory());
      return new MountedBucket(
          source,
          store,
          files,
          mount,
          metrics,
          shared,
          writing,
          Clock.systemUTC().instant(),
          leftovers);
    } catch (MountException e) {
      files.close();
      store.close();
      throw failure(e);
    }
  }

  private BucketFileSystem open(MountRequest request, ObjectStore store, ReadMeter meter)
      throws IOException {
    BucketOptions options =
        fileSystem.bucketOptions(writing, request.source().cloud(), storeOptions.requestTimeout());
    // Buckets of one name on two servers are two buckets.
    String place = storeOptions.endpoint(request.source()) + " " + request.source();
    DiskBlocks disk = shared.disk() == null ? null : shared.disk().of(place);
    WriteSettings settings = writing.settings(
        folders,
        request.source().toString(),
        storeOptions.endpoint(request.source()),
        request.directory());
    try {
      return settings == null
          ? BucketFileSystem.open(store, options, shared.budget(), disk, meter)
          : BucketFileSystem.openWritable(store, options, shared.budget(), disk, meter, settings);
    } catch (WriteException e) {
      store.close();
      throw e.kind() == WriteException.Kind.IN_USE
          ? CommandFailure.notSo(String.valueOf(e.getMessage()), e)
          : CommandFailure.failed(String.valueOf(e.getMessage()), e);
    }
  }

  private static CommandFailure failure(MountException e) {
    String line = String.valueOf(e.getMessage());
    return switch (MountCommand.exitCode(e.reason())) {
      case ExitCodes.USAGE -> CommandFailure.usage(line, e);
      case ExitCodes.NOT_SO -> CommandFailure.notSo(line, e);
      default -> CommandFailure.failed(line, e);
    };
  }
}

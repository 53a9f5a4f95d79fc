package dev.cove.cli.mount;

import dev.cove.cache.MemoryBudget;
import dev.cove.cli.command.ByteSize;
import dev.cove.cli.command.Range;
import dev.cove.cli.config.Folders;
import dev.cove.cli.store.BucketUrl.Cloud;
import dev.cove.fuse.MountOptions;
import dev.cove.mount.BucketOptions;
import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.mount.BucketOptions.Ownership;
import dev.cove.namespace.NamespaceOptions;
import dev.cove.namespace.PosixMetadata.Style;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** How a mount looks and what it may use. */
final class FileSystemOptions {
  // A quarter of the processors would starve a small machine, and nobody has more programs waiting
  // than this.
  private static final int MOST_THREADS = 4096;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--attrs",
      paramLabel = "FROM",
      description =
          "Where modes, owners and times come from: list (from these options and the bucket's list, no"
              + " request for a file) or posix (from the metadata that s3fs and rclone write, one HEAD for a"
              + " file). Default: list, and posix with --rw.")
  private @Nullable AttributeMode attributes;

  @Option(
      names = "--uid",
      paramLabel = "ID",
      converter = Id.class,
      description = "Owner of the files. Default: who mounts.")
  private @Nullable Integer uid;

  @Option(
      names = "--gid",
      paramLabel = "ID",
      converter = Id.class,
      description = "Group of the files. Default: the group of who mounts.")
  private @Nullable Integer gid;

  @Option(
      names = "--file-mode",
      paramLabel = "MODE",
      defaultValue = "644",
      converter = Octal.class,
      description = "Permissions of files, octal. Default: ${DEFAULT-VALUE}.")
  private int fileMode;

  @Option(
      names = "--dir-mode",
      paramLabel = "MODE",
      defaultValue = "755",
      converter = Octal.class,
      description = "Permissions of directories, octal. Default: ${DEFAULT-VALUE}.")
  private int directoryMode;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      defaultValue = "5s",
      description =
          "How long names and attributes are remembered before the bucket is asked again; 0 asks each"
              + " time. Default: ${DEFAULT-VALUE}.")
  private Duration ttl;

  @Option(
      names = "--negative-ttl",
      paramLabel = "TIME",
      defaultValue = "5s",
      description =
          "How long it is remembered that a name does not exist. Default: ${DEFAULT-VALUE}.")
  private Duration negativeTtl;

  @Option(
      names = "--max-names",
      paramLabel = "N",
      defaultValue = "500000",
      description =
          "Names remembered at most, 1000 to 100000000; each takes some 200 bytes. Default:"
              + " ${DEFAULT-VALUE}.")
  private int maxNames;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "Memory for files' bytes: cache, read-ahead and uploads together, of all mounts of the"
              + " process. At least 16m. Default: a quarter of the machine's or container's.")
  private @Nullable ByteSize memory;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "128",
      description =
          "Requests of programs served at the same time at most, 2 to 4096. Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--readahead",
      paramLabel = "SIZE",
      defaultValue = "4m",
      description =
          "What the kernel reads ahead of a sequential reader, up to 1g; above 128k only when root"
              + " mounts. Default: ${DEFAULT-VALUE}.")
  private ByteSize readahead;

  @Option(
      names = "--slow-after",
      paramLabel = "TIME",
      defaultValue = "30s",
      description = "A program's request that takes longer is logged. Default: ${DEFAULT-VALUE}.")
  private Duration slowAfter;

  @Option(
      names = "--allow-other",
      negatable = true,
      fallbackValue = "true",
      description = "Let other users in. Needs root, or user_allow_other in /etc/fuse.conf.")
  private boolean allowOther;

  @Option(
      names = "--permission-checks",
      negatable = true,
      fallbackValue = "true",
      defaultValue = "true",
      description =
          "Have the kernel check modes and owners (--no-permission-checks: who can enter may do"
              + " everything). Default: ${DEFAULT-VALUE}.")
  private boolean permissionChecks;

  @Option(
      names = "--auto-unmount",
      negatable = true,
      fallbackValue = "true",
      description =
          "Have a helper process take the mount away when the one that serves it is killed.")
  private boolean autoUnmount;

  void check() {
    Range range = new Range(spec);
    range.check("--uid", uid == null ? 0 : uid, 0, Integer.MAX_VALUE);
    range.check("--gid", gid == null ? 0 : gid, 0, Integer.MAX_VALUE);
    range.check("--ttl", ttl, Duration.ZERO, Duration.ofDays(3650));
    range.check("--negative-ttl", negativeTtl, Duration.ZERO, Duration.ofDays(3650));
    range.check("--max-names", maxNames, 1000, 100_000_000);
    if (memory != null) {
      range.check("--memory", memory, MemoryBudget.MINIMUM, 1L << 50);
    }
    range.check("--threads", threads, 2, MOST_THREADS);
    range.check("--readahead", readahead, 0, 1 << 30);
    range.check("--slow-after", slowAfter, Duration.ofMillis(1), Duration.ofDays(1));
  }

  MemoryBudget budget() {
    return new MemoryBudget(memory == null ? MemoryBudget.defaultBytes() : memory.bytes());
  }

  /** Where mode, owner and times come from. */
  AttributeMode attributes(WritingOptions writing) {
    AttributeMode usual = writing.isWritable() ? AttributeMode.POSIX : AttributeMode.LIST;
    return attributes == null ? usual : attributes;
  }

  /** @param requestTimeout the longest that a request with all its attempts may take */
  BucketOptions bucketOptions(WritingOptions writing, Cloud cloud, Duration requestTimeout)
      throws IOException {
    return new BucketOptions(
        attributes(writing),
        new Ownership(
            uid == null ? Folders.uid() : uid,
            gid == null ? Folders.gid() : gid,
            fileMode,
            directoryMode),
        new NamespaceOptions(ttl, negativeTtl, maxNames),
        writing.onConflict(),
        switch (cloud) {
          case S3 -> Style.S3FS;
          case GCS -> Style.GCSFUSE;
        },
        requestTimeout);
  }

  MountOptions mountOptions(String source, WritingOptions writing) {
    return MountOptions.DEFAULTS
        .withFsName(source)
        .withAccess(
            writing.isWritable() ? MountOptions.Access.READ_WRITE : MountOptions.Access.READ_ONLY)
        .withVisibility(
            allowOther ? MountOptions.Visibility.EVERYBODY : MountOptions.Visibility.OWNER)
        .withPermissions(
            permissionChecks ? MountOptions.Permissions.KERNEL : MountOptions.Permissions.NOBODY)
        .withOnExit(autoUnmount ? MountOptions.OnExit.UNMOUNT : MountOptions.OnExit.KEEP)
        .withConcurrency(threads, Math.max(1, Math.min(64, threads / 2)))
        .withMaxReadahead((int) readahead.bytes())
        .withSlowAfter(slowAfter);
  }

  /** Permission bits. */
  static final class Id implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      try {
        return Integer.valueOf(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "'" + text + "' is no id: write a number, as 'id -u NAME' and 'id -g NAME' print it");
      }
    }
  }

  static final class Octal implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      if (text.matches("0?[0-7]{3}")) {
        return Integer.parseInt(text, 8);
      }
      throw new TypeConversionException(
          "'" + text + "' is no mode: write three octal digits such as 644");
    }
  }
}

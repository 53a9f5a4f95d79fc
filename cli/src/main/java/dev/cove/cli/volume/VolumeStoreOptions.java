package dev.cove.cli.volume;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.command.Printable;
import dev.cove.cli.command.Range;
import dev.cove.cli.config.Folders;
import dev.cove.cli.store.BucketUrl;
import dev.cove.cli.store.StoreOptions;
import dev.cove.directory.DirectoryObjectStore;
import dev.cove.storage.ObjectStore;
import dev.cove.volume.VolumeOptions;
import dev.cove.volume.VolumeStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where volumes are kept and how it is reached. */
final class VolumeStoreOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--store",
      paramLabel = "URL",
      description =
          "Where the volumes are: s3://BUCKET[/PREFIX], gs://BUCKET[/PREFIX], or a folder, as a path or file:///..."
              + " Default: the folder volumes in Cove's data folder.")
  private @Nullable String store;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "Requests and files under way at the same time, 1 to 256. Default: ${DEFAULT-VALUE}.")
  private int parallel;

  @Mixin
  private StoreOptions bucket;

  /** Whether a store that is not there is made. */
  enum Missing {
    REFUSED,
    MADE
  }

  int parallel() {
    return parallel;
  }

  VolumeStore open(Missing missing) throws IOException {
    new Range(spec).check("--parallel", parallel, 1, 256);
    return VolumeStore.open(
        objects(missing),
        VolumeOptions.standard()
            .withParallelism(parallel)
            // What an interrupted put has sent is not sent again.
            .withUploadMemory(Folders.current().cacheFolder("volumes")));
  }

  private ObjectStore objects(Missing missing) throws IOException {
    if (store == null) {
      return new DirectoryObjectStore(Folders.current().dataFolder("volumes"));
    }
    if (store.startsWith("s3://") || store.startsWith("gs://")) {
      BucketUrl url = bucketUrl(store);
      bucket.check(List.of(url));
      // Whether the endpoint honours conditions is found out once, before the first volume is
      // there.
      return missing == Missing.MADE ? bucket.openForWriting(url) : bucket.open(url);
    }
    if (store.matches("[A-Za-z][A-Za-z0-9+.-]*://.*") && !store.startsWith("file://")) {
      throw unfit("is no store of volumes: write s3://BUCKET, gs://BUCKET, or a folder");
    }
    return folder(missing);
  }

  private static BucketUrl bucketUrl(String text) {
    try {
      return BucketUrl.parse(text);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--store: " + e.getMessage(), e);
    }
  }

  private ObjectStore folder(Missing missing) throws IOException {
    Path folder = path(String.valueOf(store));
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw CommandFailure.usage(
          "--store: " + Printable.line(folder.toString()) + " is not a folder");
    }
    if (missing == Missing.MADE) {
      Files.createDirectories(folder);
    } else if (!Files.isDirectory(folder)) {
      throw CommandFailure.notSo("there is no folder " + Printable.line(folder.toString())
          + ": 'cove volume create' with this --store makes it");
    }
    return new DirectoryObjectStore(folder);
  }

  private Path path(String text) {
    try {
      if (!text.startsWith("file:")) {
        return PathArgument.resolve(text);
      }
      String path = URI.create(text).getPath();
      if (path != null && path.startsWith("/")) {
        return Path.of(path).normalize();
      }
    } catch (IllegalArgumentException e) {
      // Said below like a URL without a path.
    }
    throw unfit("is no folder: write its path, or file:///PATH");
  }

  private CommandFailure unfit(String why) {
    return CommandFailure.usage("--store: '" + Printable.line(String.valueOf(store)) + "' " + why);
  }
}

package dev.cove.cli.recover;

import dev.cove.cli.config.Folders;
import dev.cove.cli.store.BucketUrl;
import dev.cove.cli.store.StoreOptions;
import dev.cove.mount.BucketOptions;
import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.mount.BucketOptions.OnConflict;
import dev.cove.mount.BucketOptions.Ownership;
import dev.cove.mount.UnfinishedWork;
import dev.cove.mount.WriteSettings;
import dev.cove.namespace.NamespaceOptions;
import dev.cove.namespace.PosixMetadata.Style;
import dev.cove.storage.ObjectStore;
import dev.cove.write.PublishOptions;
import dev.cove.write.Spool;
import dev.cove.write.SpoolOptions;
import dev.cove.write.WriteException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A change that a killed mount had begun and not ended, and where. */
record Begun(SpoolFolders.Entry entry, UnfinishedWork.Piece piece) {
  private static final int FILE_MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;

  /** All there are, but for those of mounts that are there. */
  static List<Begun> all(List<SpoolFolders.Entry> entries) throws IOException {
    List<Begun> found = new ArrayList<>();
    for (SpoolFolders.Entry entry : entries) {
      if (UnfinishedWork.list(entry.folder()).isEmpty()) {
        continue;
      }
      try (Spool held = Spool.open(entry.folder(), SpoolOptions.DEFAULT)) {
        UnfinishedWork.list(held.folder()).forEach(piece -> found.add(new Begun(entry, piece)));
      } catch (WriteException e) {
        if (e.kind() != WriteException.Kind.IN_USE) {
          throw e;
        }
      }
    }
    return found;
  }

  String id() {
    return entry.folder().getFileName() + "-" + piece.number();
  }

  Map<String, @Nullable Object> row() {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", id());
    row.put("source", entry.source());
    row.put("key", piece.key());
    row.put("bytes", 0L);
    row.put("state", "begun");
    row.put("reason", piece.outcome());
    row.put("changed", null);
    row.put("file", null);
    return row;
  }

  /** Null when it is finished or undone, else why not. */
  @Nullable
  String finish(StoreOptions store) throws IOException {
    String source = entry.source();
    if (source == null) {
      return "it is not known which bucket it belongs to";
    }
    store.usualEndpoint(entry.endpoint());
    BucketUrl url = BucketUrl.parse(source);
    BucketOptions options = new BucketOptions(
        AttributeMode.POSIX,
        new Ownership(Folders.uid(), Folders.gid(), FILE_MODE, DIRECTORY_MODE),
        NamespaceOptions.DEFAULT,
        OnConflict.FAIL,
        switch (url.cloud()) {
          case S3 -> Style.S3FS;
          case GCS -> Style.GCSFUSE;
        });
    WriteSettings settings =
        new WriteSettings(entry.folder(), SpoolOptions.DEFAULT, PublishOptions.DEFAULT);
    try (ObjectStore bucket = store.openForWriting(url)) {
      return UnfinishedWork.finish(bucket, options, settings, Set.of(piece.number()))
          .get(piece.number());
    }
  }

  void forget() throws IOException {
    try (Spool held = Spool.open(entry.folder(), SpoolOptions.DEFAULT)) {
      UnfinishedWork.forget(held.folder(), piece.number());
    }
  }
}

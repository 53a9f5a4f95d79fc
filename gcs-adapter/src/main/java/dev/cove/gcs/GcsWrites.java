package dev.cove.gcs;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.services.storage.model.StorageObject;
import com.google.cloud.storage.spi.v1.RpcBatch;
import com.google.cloud.storage.spi.v1.StorageRpc.Option;
import com.google.cloud.storage.spi.v1.StorageRpc.RewriteRequest;
import com.google.cloud.storage.spi.v1.StorageRpc.RewriteResponse;
import dev.cove.gcs.GcsConnection.Pace;
import dev.cove.gcs.GcsErrors.Attempt;
import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls that change whole objects. */
final class GcsWrites {

  // 100: the most calls one batch takes.
  private static final int DELETES_AT_ONCE = 100;
  // 8 KiB: the most that the metadata of an object may be in all.
  private static final int MAX_METADATA_BYTES = 8 << 10;

  private final GcsConnection gcs;
  private final GcsReads reads;
  private final GcsInserts inserts;

  GcsWrites(GcsConnection gcs, GcsReads reads, GcsInserts inserts) {
    this.gcs = gcs;
    this.reads = reads;
    this.inserts = inserts;
  }

  Stored put(String key, Content content, WriteOptions options) throws StorageException {
    StorageObject object = described("store", key, options);
    StorageObject stored =
        inserts.insert("store", object, content, options.condition(), kmsKey(options.attributes()));
    return GcsValues.stored(stored);
  }

  /** An object to be, as the options describe it. */
  StorageObject described(String verb, String key, WriteOptions options) throws StorageException {
    requireOwnKey(verb, key);
    Attempt attempt = new Attempt(verb, key);
    requireMetadata(options.attributes(), attempt);
    if (!options.tags().isEmpty()) {
      throw gcs.errors()
          .error(Kind.UNSUPPORTED, attempt, "objects of Google Cloud Storage have no tags");
    }
    return GcsValues.describe(new StorageObject().setName(key), options.attributes())
        .setStorageClass(storageClass(options.storageClass()));
  }

  private void requireOwnKey(String verb, String key) throws StorageException {
    gcs.requireKey(verb, key);
    if (UploadNames.isHidden(key)) {
      throw gcs.errors()
          .error(Kind.INVALID, new Attempt(verb, key), "the name is kept for uploads under way");
    }
  }

  private void requireMetadata(ObjectAttributes attributes, Attempt attempt)
      throws StorageException {
    int size = 0;
    for (Map.Entry<String, String> entry : attributes.metadata().entrySet()) {
      size += entry.getKey().getBytes(StandardCharsets.UTF_8).length
          + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
    }
    if (size > MAX_METADATA_BYTES) {
      throw gcs.errors()
          .error(
              Kind.INVALID,
              attempt,
              "metadata of " + size + " bytes is more than " + MAX_METADATA_BYTES);
    }
  }

  @Nullable
  String storageClass(@Nullable String asked) {
    return asked == null ? gcs.config().storageClass() : asked;
  }

  @Nullable
  String kmsKey(ObjectAttributes attributes) {
    Encryption encryption = attributes.encryption();
    return encryption != null && encryption.algorithm().equals(GcsValues.KMS)
        ? encryption.keyId()
        : gcs.config().kmsKey();
  }

  /**
   * Copies the object with all that is kept of it, which is looked up first; the copy is pinned to
   * what was looked at, metadata included.
   */
  Stored copy(CopyRequest wanted) throws StorageException {
    Attempt attempt = new Attempt("copy", wanted.source());
    requireOwnKey("copy to", wanted.target());
    StorageObject source = reads.look("copy", wanted.source());
    if (wanted.sourceVersion() != null
        && !wanted.sourceVersion().equals(GcsValues.version(source))) {
      throw gcs.errors()
          .error(Kind.PRECONDITION_FAILED, attempt, "it was replaced in the meantime");
    }
    StorageObject target = new StorageObject()
        .setStorageClass(source.getStorageClass())
        .setCustomTime(source.getCustomTime());
    String kmsKey = GcsValues.keyName(source.getKmsKeyName());
    if (wanted.attributes() == null) {
      target
          .setContentType(source.getContentType())
          .setContentEncoding(source.getContentEncoding())
          .setContentDisposition(source.getContentDisposition())
          .setContentLanguage(source.getContentLanguage())
          .setCacheControl(source.getCacheControl())
          .setMetadata(source.getMetadata());
    } else {
      requireMetadata(wanted.attributes(), attempt);
      GcsValues.describe(target, wanted.attributes());
      kmsKey = kmsKey(wanted.attributes());
    }
    return GcsValues.stored(
        rewrite(source, wanted.source(), wanted.target(), target, wanted.condition(), kmsKey));
  }

  /** Has the server copy the bytes, in as many steps as it takes for them. */
  StorageObject rewrite(
      StorageObject source,
      String from,
      String to,
      StorageObject target,
      WriteCondition condition,
      @Nullable String kmsKey)
      throws StorageException {
    Map<Option, @Nullable Object> pinned = gcs.options();
    pinned.put(Option.IF_SOURCE_GENERATION_MATCH, source.getGeneration());
    pinned.put(Option.IF_SOURCE_METAGENERATION_MATCH, source.getMetageneration());
    Map<Option, @Nullable Object> options = gcs.options(condition);
    options.put(Option.KMS_KEY_NAME, kmsKey);
    RewriteRequest request = new RewriteRequest(
        gcs.object(from), pinned, true, target.setBucket(gcs.bucket()).setName(to), options, null);
    RewriteResponse step =
        gcs.change("copy", from, 0, () -> gcs.client(Pace.PATIENT).openRewrite(request));
    while (!step.isDone) {
      RewriteResponse before = step;
      step = gcs.change("copy", from, 0, () -> gcs.client(Pace.PATIENT).continueRewrite(before));
    }
    return step.result;
  }

  void delete(String key, WriteCondition condition) throws StorageException {
    gcs.requireKey("delete", key);
    if (condition instanceof WriteCondition.IfAbsent) {
      throw gcs.errors()
          .error(
              Kind.UNSUPPORTED,
              new Attempt("delete", key),
              "there is nothing to delete where nothing is");
    }
    Map<Option, @Nullable Object> options = gcs.options(condition);
    boolean there = gcs.change(
        "delete", key, 0, () -> gcs.client(Pace.PROMPT).delete(gcs.object(key), options));
    if (!there && condition instanceof WriteCondition.IfVersion) {
      throw gcs.errors()
          .error(Kind.PRECONDITION_FAILED, new Attempt("delete", key), "no such object");
    }
  }

  Map<String, StorageException> deleteAll(Collection<String> keys) throws StorageException {
    Map<String, StorageException> failed = new LinkedHashMap<>();
    List<String> doomed = new ArrayList<>();
    for (String key : keys) {
      gcs.requireKey("delete", key);
      doomed.add(key);
    }
    for (int from = 0; from < doomed.size(); from += DELETES_AT_ONCE) {
      deleteBatch(doomed.subList(from, Math.min(doomed.size(), from + DELETES_AT_ONCE)), failed);
    }
    return failed;
  }

  private void deleteBatch(List<String> keys, Map<String, StorageException> failed)
      throws StorageException {
    List<String> left = keys;
    for (int done = 1; !left.isEmpty(); done++) {
      Map<String, StorageException> refused = new LinkedHashMap<>();
      List<String> asked = left;
      gcs.change("delete objects in", null, 0, () -> {
        refused.clear();
        RpcBatch batch = gcs.client(Pace.PATIENT).createBatch();
        for (String key : asked) {
          batch.addDelete(gcs.object(key), new Deleted(key, refused), gcs.options());
        }
        batch.submit();
        return asked;
      });
      // The batch went through; calls in it that did not are tried again like any other.
      left = new ArrayList<>();
      for (Map.Entry<String, StorageException> each : refused.entrySet()) {
        if (GcsConnection.isPassing(each.getValue()) && done < gcs.config().attempts()) {
          left.add(each.getKey());
        } else {
          failed.put(each.getKey(), each.getValue());
        }
      }
      if (!left.isEmpty()) {
        String first = left.get(0);
        gcs.pause(
            done,
            refused.getOrDefault(first, refused.values().iterator().next()),
            new Attempt("delete", first));
      }
    }
  }

  /** How one delete of a batch ended. */
  private final class Deleted implements RpcBatch.Callback<Void> {
    private final String key;
    private final Map<String, StorageException> refused;

    Deleted(String key, Map<String, StorageException> refused) {
      this.key = key;
      this.refused = refused;
    }

    @Override
    public void onSuccess(Void nothing) {}

    @Override
    public void onFailure(GoogleJsonError error) {
      StorageException told = gcs.errors().of(error, new Attempt("delete", key));
      if (told.kind() != Kind.NOT_FOUND) {
        refused.put(key, told);
      }
    }
  }
}

package dev.cove.gcs;

import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.ComposeRequest;
import com.google.api.services.storage.model.ComposeRequest.SourceObjects;
import com.google.api.services.storage.model.ComposeRequest.SourceObjects.ObjectPreconditions;
import com.google.api.services.storage.model.StorageObject;
import dev.cove.gcs.GcsConnection.Pace;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Objects put together from others on the server, in as many steps as their number takes. */
final class GcsCompositions {

  // 32: the most objects one compose request takes.
  private static final int AT_ONCE = 32;

  /** The most objects: two steps suffice. */
  static final int MOST = AT_ONCE * AT_ONCE;

  private final GcsConnection gcs;

  GcsCompositions(GcsConnection gcs) {
    this.gcs = gcs;
  }

  /** An object as it was looked at. */
  static SourceObjects source(String name, Long generation) {
    return new SourceObjects()
        .setName(name)
        .setObjectPreconditions(new ObjectPreconditions().setIfGenerationMatch(generation));
  }

  /**
   * Makes the object of these in their order, in one step for everybody else.
   *
   * @param between names what is made on the way
   * @param own whether an object of this name may go with the last step
   */
  StorageObject compose(
      String key,
      StorageObject target,
      List<SourceObjects> sources,
      WriteCondition condition,
      UnaryOperator<String> between,
      Predicate<String> own)
      throws StorageException {
    boolean consume = sources.stream().allMatch(source -> own.test(source.getName()));
    List<SourceObjects> fewer = sources;
    for (int level = 0; fewer.size() > AT_ONCE; level++) {
      fewer = joined(target, fewer, level, between);
    }
    return step(key, target, fewer, condition, consume);
  }

  /** The same bytes in a thirty-second of the objects. */
  private List<SourceObjects> joined(
      StorageObject target, List<SourceObjects> sources, int level, UnaryOperator<String> between)
      throws StorageException {
    List<SourceObjects> fewer = new ArrayList<>();
    for (int from = 0; from < sources.size(); from += AT_ONCE) {
      List<SourceObjects> group = sources.subList(from, Math.min(sources.size(), from + AT_ONCE));
      String name = between.apply(level + "-" + UploadNames.part(from));
      StorageObject plain = new StorageObject()
          .setContentType(GcsValues.UNTYPED)
          .setStorageClass(target.getStorageClass())
          .setKmsKeyName(target.getKmsKeyName());
      // The parts stay: the step that makes the object may still fail for its condition.
      fewer.add(
          source(name, step(name, plain, group, WriteCondition.none(), false).getGeneration()));
    }
    return fewer;
  }

  /** @param consume whether the sources are removed in the same step */
  private StorageObject step(
      String key,
      StorageObject target,
      List<SourceObjects> sources,
      WriteCondition condition,
      boolean consume)
      throws StorageException {
    ComposeRequest request = new ComposeRequest()
        .setSourceObjects(sources)
        .setDestination(target.clone().setName(null).setKmsKeyName(null).setCrc32c(null));
    if (consume) {
      request.setDeleteSourceObjects(true);
    }
    return gcs.change("publish", key, 0, () -> {
      // The client's own call names no key of KMS.
      Storage.Objects.Compose compose =
          gcs.objects(Pace.PATIENT).compose(gcs.bucket(), key, request);
      compose.setDisableGZipContent(true);
      return compose
          .setIfGenerationMatch(GcsValues.generation(condition))
          .setIfMetagenerationMatch(GcsValues.metageneration(condition))
          .setKmsKeyName(target.getKmsKeyName())
          .setUserProject(gcs.config().billedProject())
          .setFields("generation,metageneration,crc32c")
          .execute();
    });
  }
}

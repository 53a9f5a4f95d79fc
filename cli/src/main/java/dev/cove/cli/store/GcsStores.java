package dev.cove.cli.store;

import dev.cove.cli.secret.GoogleKey;
import dev.cove.cli.secret.Secret;
import dev.cove.gcs.GcsConfig;
import dev.cove.gcs.GcsCredentials;
import dev.cove.gcs.GcsObjectStores;
import dev.cove.storage.ObjectStore;
import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Opens {@code gs://} buckets. The only class of the command line that names the adapter, so that
 * other commands never load it.
 */
final class GcsStores {
  private static final String PROJECT = "GOOGLE_CLOUD_PROJECT";

  private final Reached reached;
  private final Patience patience;
  private final CommandSpec spec;

  /**
   * How buckets are reached.
   *
   * @param endpoint null for Google Cloud Storage itself
   * @param sse as {@code --sse} has it
   */
  record Reached(
      @Nullable URI endpoint,
      boolean anonymous,
      @Nullable Secret secret,
      boolean requesterPays,
      @Nullable String project,
      @Nullable String storageClass,
      @Nullable String sse) {}

  /** How often and how long is tried. */
  record Patience(
      int retries, Duration connect, Duration stall, Duration attempt, Duration request, int max) {}

  GcsStores(Reached reached, Patience patience, CommandSpec spec) {
    this.reached = reached;
    this.patience = patience;
    this.spec = spec;
  }

  /** Complains about values that no bucket takes. */
  void check() {
    config("check", "");
  }

  ObjectStore open(BucketUrl url) {
    return GcsObjectStores.open(config(url.bucket(), url.prefix()));
  }

  private GcsConfig config(String bucket, String prefix) {
    return GcsConfig.bucket(bucket)
        .endpoint(reached.endpoint())
        .credentials(credentials())
        .billedProject(billed())
        .storageClass(reached.storageClass())
        .kmsKey(kmsKey())
        .uploadsBelow(prefix)
        .attempts(patience.retries() + 1)
        .connectTimeout(patience.connect())
        .stallTimeout(patience.stall())
        .attemptTimeout(patience.attempt())
        .callTimeout(patience.request())
        .maxConnections(patience.max())
        .build();
  }

  private GcsCredentials credentials() {
    Secret secret = reached.secret();
    if (secret != null) {
      Supplier<String> key = secret.follow(GoogleKey::json);
      return GcsCredentials.json(GoogleKey.KEY + " of the secret '" + secret.name() + "'", key);
    }
    // Emulators ask for none, as Google's own libraries have it.
    boolean emulated =
        reached.endpoint() != null && "http".equalsIgnoreCase(reached.endpoint().getScheme());
    return reached.anonymous() || emulated
        ? GcsCredentials.anonymous()
        : GcsCredentials.applicationDefault();
  }

  private @Nullable String billed() {
    if (!reached.requesterPays()) {
      return null;
    }
    String project =
        reached.project() == null ? System.getenv().getOrDefault(PROJECT, "") : reached.project();
    if (project.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--requester-pays: a gs:// bucket needs to know which project pays; give --project or $"
              + PROJECT);
    }
    return project;
  }

  private @Nullable String kmsKey() {
    String sse = reached.sse();
    if (sse == null) {
      return null;
    }
    if (sse.startsWith("kms:projects/")) {
      return sse.substring("kms:".length());
    }
    throw new ParameterException(
        spec.commandLine(),
        "--sse: '" + sse + "' is not kms:projects/P/locations/L/keyRings/R/cryptoKeys/K, as gs://"
            + " needs it");
  }
}

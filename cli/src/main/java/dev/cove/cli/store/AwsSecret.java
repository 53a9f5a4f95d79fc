package dev.cove.cli.store;

import dev.cove.cli.secret.Entries;
import dev.cove.s3.S3Credentials.Keys;
import org.jspecify.annotations.Nullable;

/** What a secret says about an S3 bucket, under the names of the AWS tools' environment variables. */
final class AwsSecret {
  private static final String PURPOSE = "an s3:// bucket";

  private AwsSecret() {}

  /** @throws dev.cove.cli.command.CommandFailure when one is missing */
  static Keys keys(Entries entries) {
    return new Keys(
        entries.require("AWS_ACCESS_KEY_ID", PURPOSE),
        entries.require("AWS_SECRET_ACCESS_KEY", PURPOSE),
        entries.get("AWS_SESSION_TOKEN"));
  }

  static @Nullable String region(Entries entries) {
    String region = entries.get("AWS_REGION");
    return region == null ? entries.get("AWS_DEFAULT_REGION") : region;
  }
}

package dev.cove.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cove.s3.S3Credentials.Keys;
import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.ObjectStoreContract;
import dev.cove.storage.testkit.server.S3Server;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The storage contract on a real S3 server. */
final class S3ObjectStoreIT extends ObjectStoreContract {

  private static S3Server server;
  private static ObjectStore store;
  private static ObjectStore missing;
  private static ObjectStore stranger;

  @BeforeAll
  static void open() {
    server = S3Server.shared();
    S3Config config = TestBuckets.create(server);
    // Nearly every mount's requests take the short path; the other tests here see the SDK's.
    store = new S3ObjectStore(config, Clock.systemUTC(), ShortPath.Trust.AT_ONCE);
    missing = S3ObjectStores.open(
        TestBuckets.config(server, server.endpoint(), "cove-none-" + UUID.randomUUID()));
    stranger = S3ObjectStores.open(config.toBuilder()
        .credentials(S3Credentials.of(() -> new Keys("nobody", "nothing at all", null)))
        .build());
  }

  @AfterAll
  static void close() {
    store.close();
    missing.close();
    stranger.close();
  }

  @Test
  void listsTellTheMetadataThatHeadsTell() throws Exception {
    assumeTrue(server.isReal(), "MinIO's lists have it");
    S3Config config = TestBuckets.create(server).toBuilder()
        .lists(S3Config.Lists.WITH_METADATA)
        .build();
    try (ObjectStore listing =
        new S3ObjectStore(config, Clock.systemUTC(), ShortPath.Trust.AT_ONCE)) {
      Map<String, String> metadata = Map.of(
          "mode",
          "33188",
          "odd_name.x-1!#",
          "a<b>&\"c\"",
          "text",
          "gr\u00fc\u00df =?UTF-8?B?w7w=?=");
      ContentHeaders headers =
          new ContentHeaders("text/x-odd; a=b", "gzip", "inline", "de", "no-cache");
      Content content = Content.of(new byte[] {1});
      listing.put("bare", content, WriteOptions.DEFAULT);
      listing.put(
          "described",
          content,
          WriteOptions.DEFAULT.with(new ObjectAttributes(headers, metadata, null)));
      listing.put("dir/", Content.of(new byte[0]), WriteOptions.DEFAULT);
      for (ObjectInfo object : listing.list(ListRequest.all("")).objects()) {
        assertThat(object.attributes()).isEqualTo(listing.head(object.key()).attributes());
      }
      assertThat(listing.head("described").attributes())
          .isEqualTo(new ObjectAttributes(headers, metadata, null));
    }
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Override
  protected ObjectStore missingBucket() {
    return missing;
  }

  @Override
  protected ObjectStore wrongCredentials() {
    return stranger;
  }

  @Override
  protected @Nullable String otherStorageClass() {
    return "REDUCED_REDUNDANCY";
  }

  @Override
  protected Map<String, String> tags() {
    // MinIO takes ASCII letters only.
    return Map.of("team", "data/eng", "cost centre", "x + y = 1.5_@:-");
  }

  @Override
  protected @Nullable String whyRefused(String key) {
    return server.isReal() ? MinioLimits.whyRefused(key) : null;
  }

  @Override
  protected Map<String, String> deviations() {
    return server.isReal() ? MinioLimits.DEVIATIONS : Map.of();
  }
}

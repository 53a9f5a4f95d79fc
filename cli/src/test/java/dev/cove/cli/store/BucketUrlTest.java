package dev.cove.cli.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketUrlTest {

  @ParameterizedTest
  @CsvSource({
    "s3://bucket, S3, bucket, '', s3://bucket",
    "gs://bucket/a, GCS, bucket, a/, gs://bucket/a",
    "s3://bucket/, S3, bucket, '', s3://bucket",
    "s3://bucket/a, S3, bucket, a/, s3://bucket/a",
    "s3://bucket/a/b/, S3, bucket, a/b/, s3://bucket/a/b",
    "s3://bucket/a//b, S3, bucket, a//b/, s3://bucket/a//b",
    "s3://My_old.Bucket/ü ö, S3, My_old.Bucket, ü ö/, s3://My_old.Bucket/ü ö",
  })
  void addressIsABucketAndWhatItsKeysBeginWith(
      String text, BucketUrl.Cloud cloud, String bucket, String prefix, String shown) {
    BucketUrl url = BucketUrl.parse(text);
    assertThat(url).isEqualTo(new BucketUrl(cloud, bucket, prefix)).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bucket",
        "s3:bucket",
        "s3://",
        "s3:///key",
        "ftp://bucket",
        "gs://",
        "s3://b",
        "s3://a b",
        "s3://-x"
      })
  void whatNamesNoBucketIsRefused(String text) {
    assertThatThrownBy(() -> BucketUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }
}

package dev.cove.cli.store;

import dev.cove.cli.command.Printable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A bucket, or the keys in it that begin alike.
 *
 * @param cloud where it is: {@code s3://} or {@code gs://}
 * @param prefix empty for the whole bucket, else with a slash at its end
 */
public record BucketUrl(Cloud cloud, String bucket, String prefix) {

  /** Whose bucket it is. */
  public enum Cloud {
    S3,
    GCS;

    String scheme() {
      return this == S3 ? "s3" : "gs";
    }
  }

  private static final Pattern FORM =
      Pattern.compile("(s3|gs)://([^/]*)(?:/(.*))?", Pattern.DOTALL);
  // Wider than what Amazon allows for new buckets: other servers and old buckets go further.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

  /** @throws IllegalArgumentException when it is no address of a bucket */
  public static BucketUrl parse(String text) {
    String shown = Printable.line(text);
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("'" + shown
          + "' is no bucket: write s3://BUCKET or gs://BUCKET, with /PREFIX for a part of it");
    }
    String bucket = form.group(2);
    if (!NAME.matcher(bucket).matches()) {
      throw new IllegalArgumentException("'" + shown
          + "' names no bucket: a name is letters, digits, dots, dashes and underscores");
    }
    String prefix = form.group(3) == null ? "" : form.group(3);
    return new BucketUrl(
        form.group(1).equals("s3") ? Cloud.S3 : Cloud.GCS,
        bucket,
        prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
  }

  /** The whole bucket that this is in. */
  public BucketUrl wholeBucket() {
    return new BucketUrl(cloud, bucket, "");
  }

  @Override
  public String toString() {
    String all = cloud.scheme() + "://" + bucket + "/" + prefix;
    return all.substring(0, all.length() - 1);
  }

  /** For picocli. */
  public static final class Converter implements ITypeConverter<BucketUrl> {
    @Override
    public BucketUrl convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}

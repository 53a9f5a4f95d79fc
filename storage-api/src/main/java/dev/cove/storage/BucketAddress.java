package dev.cove.storage;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A bucket, or a part of it, as {@code SCHEME://BUCKET[/PREFIX]}: what the adapters' {@link ObjectStoreProvider}s open.
 *
 * @param prefix empty for the whole bucket, else with a slash at its end
 */
public record BucketAddress(String bucket, String prefix) {
  private static final Pattern FORM =
      Pattern.compile("[a-z0-9]+://([^/]+)(?:/(.*))?", Pattern.DOTALL);

  /** @throws StorageException {@code INVALID} when it is no such address */
  public static BucketAddress parse(String url) throws StorageException {
    Matcher form = FORM.matcher(url);
    if (!form.matches()) {
      throw new StorageException(StorageException.Kind.INVALID, "no address of a bucket: " + url);
    }
    String prefix = form.group(2) == null ? "" : form.group(2);
    return new BucketAddress(
        form.group(1), prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
  }

  /** The part of the bucket that this names. */
  public ObjectStore of(ObjectStore bucketStore) {
    return prefix.isEmpty() ? bucketStore : new PrefixObjectStore(bucketStore, prefix);
  }

  /**
   * The server that the first of these variables names which is set; null for none.
   *
   * @throws StorageException {@code INVALID} when it is no URL of a server
   */
  public static @Nullable URI endpoint(Map<String, String> environment, List<String> variables)
      throws StorageException {
    for (String variable : variables) {
      String value = environment.getOrDefault(variable, "");
      if (!value.isEmpty()) {
        try {
          URI uri = new URI(value.contains("://") ? value : "http://" + value);
          if (uri.getHost() != null) {
            return uri;
          }
        } catch (URISyntaxException e) {
          // Said below.
        }
        throw new StorageException(
            StorageException.Kind.INVALID, variable + " is no URL of a server: " + value);
      }
    }
    return null;
  }
}

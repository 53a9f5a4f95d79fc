package dev.cove.s3;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What MinIO does otherwise than Amazon S3, since it keeps objects as files and prefixes as folders. */
final class MinioLimits {

  static final Map<String, String> DEVIATIONS = Map.of(
      "anObjectMayLieBesideAPrefixOfItsName",
      "a list leaves out what lies below the key of an object",
      "aKeyMayBeginWithASlash",
      "the slash is dropped",
      "listUploadsFindsEveryUploadBelowAPrefix",
      "uploads are listed for a whole key only");

  private MinioLimits() {}

  static @Nullable String whyRefused(String key) {
    if (key.contains("//")) {
      return "empty component";
    }
    for (String component : key.split("[/\\\\]", -1)) {
      if (component.strip().equals(".") || component.strip().equals("..")) {
        return "component . or ..";
      }
    }
    for (String component : key.split("/", -1)) {
      if (component.codePointCount(0, component.length()) > 255) {
        return "component of more than 255 characters";
      }
    }
    return null;
  }
}

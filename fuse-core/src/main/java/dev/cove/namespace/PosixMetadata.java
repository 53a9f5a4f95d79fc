package dev.cove.namespace;

import dev.cove.vfs.FileType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Mode, owner and times of a file as object metadata holds them; null where it says nothing.
 *
 * <p>Read are the ways in use: s3fs ({@code mode} decimal with the type bits, {@code uid}, {@code
 * gid}, {@code mtime} decimal seconds), rclone ({@code mode} octal, {@code mtime} decimal seconds or
 * RFC 3339) and gcsfuse ({@code gcsfuse_mtime} in RFC 3339, {@code goog-reserved-file-is-symlink} and,
 * of links made before that, {@code gcsfuse_symlink_target}). Written is the way of s3fs, whose
 * {@code mtime} rclone reads too, and in buckets that gcsfuse may mount its way as well.
 *
 * @param type null where the mode carries no type bits
 * @param permissions the low twelve bits
 */
public record PosixMetadata(
    @Nullable FileType type,
    @Nullable Integer permissions,
    @Nullable Integer uid,
    @Nullable Integer gid,
    @Nullable Long modifiedNanos) {

  /** Where older links of gcsfuse have their target, which newer ones have as content too. */
  public static final String GCSFUSE_TARGET = "gcsfuse_symlink_target";

  private static final String MODIFIED = "mtime";
  private static final String GCSFUSE_MODIFIED = "gcsfuse_mtime";

  /** The keys of the time of modification. */
  public static final Set<String> MODIFIED_KEYS = Set.of(MODIFIED, GCSFUSE_MODIFIED);

  private static final String GCSFUSE_SYMLINK = "goog-reserved-file-is-symlink";

  /** Whose names are used for what is written. */
  public enum Style {
    /** Those of s3fs and rclone. */
    S3FS,
    /** Those, and gcsfuse's beside them. */
    GCSFUSE
  }

  private static final int TYPE_MASK = 0xF000; // S_IFMT
  private static final int TYPE_FILE = 0x8000; // S_IFREG
  private static final int TYPE_DIRECTORY = 0x4000; // S_IFDIR
  private static final int TYPE_SYMLINK = 0xA000; // S_IFLNK
  private static final int PERMISSIONS = 0xFFF;
  private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000L);
  // Exponents beyond any time there is would make BigDecimal build huge numbers.
  private static final int MAX_TIME_LENGTH = 40;

  public static final PosixMetadata NONE = new PosixMetadata(null, null, null, null, null);

  /**
   * Reads metadata; what cannot be understood counts as not there.
   *
   * @param directory whether it belongs to a directory's marker: some octal modes of directories
   *     would be decimal modes of links
   */
  public static PosixMetadata parse(Map<String, String> metadata, boolean directory) {
    Integer mode = parseMode(metadata.get("mode"), directory);
    FileType type = mode == null ? null : typeOf(mode);
    // Of a file that both have written, gcsfuse changes its own time and leaves the other's.
    Long modified = parseTime(metadata.get(GCSFUSE_MODIFIED));
    return new PosixMetadata(
        !directory && isGcsfuseLink(metadata) ? FileType.SYMLINK : type,
        mode == null ? null : Integer.valueOf(mode & PERMISSIONS),
        parseId(metadata.get("uid")),
        parseId(metadata.get("gid")),
        modified == null ? parseTime(metadata.get(MODIFIED)) : modified);
  }

  private static boolean isGcsfuseLink(Map<String, String> metadata) {
    return "true".equals(metadata.get(GCSFUSE_SYMLINK)) || metadata.containsKey(GCSFUSE_TARGET);
  }

  /** Puts these attributes into metadata, replacing what stood there in any of the ways read. */
  public static Map<String, String> store(
      Style style,
      Map<String, String> metadata,
      FileType type,
      int permissions,
      int uid,
      int gid,
      long modifiedNanos) {
    Map<String, String> result = new HashMap<>(metadata);
    result.put("mode", Integer.toString(typeBits(type) | (permissions & PERMISSIONS)));
    result.put("uid", Integer.toUnsignedString(uid));
    result.put("gid", Integer.toUnsignedString(gid));
    result.put(MODIFIED, formatTime(modifiedNanos));
    result.remove(GCSFUSE_MODIFIED);
    result.remove(GCSFUSE_SYMLINK);
    if (style == Style.GCSFUSE && type != FileType.DIRECTORY) {
      result.put(
          GCSFUSE_MODIFIED,
          Instant.ofEpochSecond(
                  Math.floorDiv(modifiedNanos, 1_000_000_000L),
                  Math.floorMod(modifiedNanos, 1_000_000_000L))
              .toString());
      if (type == FileType.SYMLINK) {
        result.put(GCSFUSE_SYMLINK, "true");
      }
    }
    return result;
  }

  /** The same with what {@code changes} names. */
  public PosixMetadata with(PosixMetadata changes) {
    return new PosixMetadata(
        changes.type == null ? type : changes.type,
        changes.permissions == null ? permissions : changes.permissions,
        changes.uid == null ? uid : changes.uid,
        changes.gid == null ? gid : changes.gid,
        changes.modifiedNanos == null ? modifiedNanos : changes.modifiedNanos);
  }

  /** The same with another time of modification. */
  public PosixMetadata withModified(long nanos) {
    return new PosixMetadata(type, permissions, uid, gid, nanos);
  }

  /** The same, with this time of modification where there is none. */
  public PosixMetadata orModified(long nanos) {
    return modifiedNanos == null ? withModified(nanos) : this;
  }

  private static @Nullable Integer parseMode(@Nullable String text, boolean directory) {
    if (text == null) {
      return null;
    }
    String trimmed = text.trim();
    try {
      int decimal = Integer.parseInt(trimmed);
      FileType type = typeOf(decimal);
      if (type != null && decimal <= 0xFFFF && (type == FileType.DIRECTORY) == directory) {
        return decimal;
      }
      int octal = Integer.parseInt(trimmed, 8);
      return octal >= 0 && octal <= 0xFFFF ? octal : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Integer parseId(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return Integer.parseUnsignedInt(text.trim());
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable Long parseTime(@Nullable String text) {
    if (text == null || text.length() > MAX_TIME_LENGTH) {
      return null;
    }
    String trimmed = text.trim();
    if (trimmed.indexOf('T') >= 0) {
      return parseInstant(trimmed);
    }
    try {
      if (trimmed.toLowerCase(Locale.ROOT).indexOf('e') >= 0) {
        return null;
      }
      return new BigDecimal(trimmed)
          .multiply(NANOS_PER_SECOND)
          .setScale(0, RoundingMode.FLOOR)
          .longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      return parseInstant(trimmed);
    }
  }

  private static @Nullable Long parseInstant(String text) {
    try {
      return Nanos.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** Decimal seconds; nine digits after the point unless it is a whole second. */
  static String formatTime(long nanos) {
    return new BigDecimal(nanos)
        .divide(NANOS_PER_SECOND, 9, RoundingMode.UNNECESSARY)
        .stripTrailingZeros()
        .toPlainString();
  }

  private static @Nullable FileType typeOf(int mode) {
    return switch (mode & TYPE_MASK) {
      case TYPE_FILE -> FileType.FILE;
      case TYPE_DIRECTORY -> FileType.DIRECTORY;
      case TYPE_SYMLINK -> FileType.SYMLINK;
      default -> null;
    };
  }

  private static int typeBits(FileType type) {
    return switch (type) {
      case FILE -> TYPE_FILE;
      case DIRECTORY -> TYPE_DIRECTORY;
      case SYMLINK -> TYPE_SYMLINK;
      case UNKNOWN -> throw new IllegalArgumentException("a stored file has a type");
    };
  }
}

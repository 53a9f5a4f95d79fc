package dev.cove.volume.chunk;

import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The random name of a pack, known before its content is. */
public record PackId(long high, long low) {
  /** What the keys of all packs begin with. */
  public static final String PREFIX = "packs/";

  /** The key of the pack's object: {@code packs/3f/…}. */
  public String key() {
    String hex = toString();
    return PREFIX + hex.substring(0, 2) + "/" + hex.substring(2);
  }

  /** The pack whose {@link #key()} this is; empty for a key that names none. */
  public static Optional<PackId> ofKey(String key) {
    if (!key.matches("packs/[0-9a-f]{2}/[0-9a-f]{30}")) {
      return Optional.empty();
    }
    String hex = key.substring(PREFIX.length()).replace("/", "");
    return Optional.of(new PackId(
        HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32)));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PackId pack && high == pack.high && low == pack.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high);
  }

  /** In hexadecimal. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}

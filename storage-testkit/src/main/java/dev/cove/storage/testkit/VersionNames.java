package dev.cove.storage.testkit;

import dev.cove.storage.Version;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.atomic.AtomicLong;

/** Names what a store writes. */
final class VersionNames {
  private final MemoryObjectStore.VersionScheme scheme;
  private final AtomicLong writes = new AtomicLong();

  VersionNames(MemoryObjectStore.VersionScheme scheme) {
    this.scheme = scheme;
  }

  String next(String kind) {
    return kind + "-" + writes.incrementAndGet();
  }

  Version version(byte[] bytes) {
    return new Version(
        switch (scheme) {
          case PER_WRITE -> next("version");
          case BY_CONTENT -> md5(bytes);
        });
  }

  private static String md5(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("MD5").digest(bytes);
      return String.format("%032x", new BigInteger(1, digest));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has MD5", e);
    }
  }
}

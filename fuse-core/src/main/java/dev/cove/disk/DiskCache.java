package dev.cove.disk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.cove.cache.ObjectId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks of objects in files of a folder, up to a size; the longest unused go first. Each block is
 * kept by bucket, key and version, so that what was kept of another state is never found, and with
 * a checksum, so that a damaged one counts as absent. What was kept is found by the next process,
 * whatever ended this one; only one at a time has the folder.
 *
 * <p>Blocks are written behind the readers' backs and dropped when the disk does not keep up.
 */
public final class DiskCache implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DiskCache.class);
  private static final int OPEN_FILES = 128;
  // Looking at the disk's free space at each block would cost a system call for nothing.
  private static final long LOOK_EVERY = 16L << 20;

  private final DiskCacheOptions options;
  private final CacheFolder folder;
  private final FileStore disk;
  private final Shelf shelf = new Shelf();
  private final LongAdder hits = new LongAdder();
  private final LongAdder written = new LongAdder();
  private final WriteBehind writer;
  private long sinceLook = LOOK_EVERY; // the writer's alone

  private final Cache<FileName, Extent> open = Caffeine.newBuilder()
      .maximumSize(OPEN_FILES)
      .executor(Runnable::run)
      .evictionListener(DiskCache::evicted)
      .build();

  private DiskCache(DiskCacheOptions options, CacheFolder folder) throws IOException {
    this.options = options;
    this.folder = folder;
    this.disk = Files.getFileStore(folder.blocks());
    this.writer = new WriteBehind(options.queue(), this::takeStock);
  }

  /**
   * Opens the cache in a folder, which is made when it is absent.
   *
   * @throws CacheInUseException while another process has it
   * @throws IOException when the folder cannot be used, or belongs to somebody else
   */
  public static DiskCache open(DiskCacheOptions options) throws IOException {
    CacheFolder folder = CacheFolder.take(options.folder());
    try {
      return new DiskCache(options, folder);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /**
   * The part of one bucket.
   *
   * @param source names the bucket, the server and the prefix that keys are relative to
   */
  public DiskBlocks of(String source) {
    return new DiskBlocks(this, source);
  }

  DiskObject object(String source, ObjectId id, long size) {
    return new DiskObject(
        this, digest(source + '\0' + id.key() + '\0' + id.version() + '\0' + size));
  }

  AttributeLog attributes(String source) {
    String name = FileName.of(digest(source), 0).toString();
    return new AttributeLog(folder.attributes().resolve(name), writer);
  }

  /** Bytes on the disk. */
  public long bytes() {
    return shelf.bytes();
  }

  /** Bytes that came from the disk, ever. */
  public long hitBytes() {
    return hits.sum();
  }

  /** Bytes that were kept, ever. */
  public long writtenBytes() {
    return written.sum();
  }

  /** Bytes that were not kept because the disk was behind, full or broken. */
  public long droppedBytes() {
    return writer.droppedBytes();
  }

  /** Bytes that wait to be written. */
  public long waitingBytes() {
    return writer.waitingBytes();
  }

  WriteBehind writer() {
    return writer;
  }

  void countHit(long bytes) {
    hits.add(bytes);
  }

  Extent extent(byte[] digest, int number) {
    FileName name = FileName.of(digest, number);
    Extent present = open.getIfPresent(name);
    if (present != null) {
      return present;
    }
    shelf.used(name);
    return open.get(name, absent -> Extent.open(absent.in(folder.blocks()), digest, number));
  }

  void grew(FileName name, int length) {
    shelf.grew(name, Extent.onDisk(length));
    written.add(length);
  }

  /** Deletes what is longest unused until there is room for {@code bytes} more in a file. */
  void makeRoom(FileName forFile, long bytes) throws IOException {
    long most = options.size() - bytes;
    sinceLook += bytes;
    if (sinceLook >= LOOK_EVERY) {
      sinceLook = 0;
      long lacking = options.keepFree() + LOOK_EVERY - disk.getUsableSpace();
      if (lacking > 0) {
        most = Math.min(most, shelf.bytes() - lacking);
        if (most <= 0) {
          sinceLook = LOOK_EVERY;
          deleteDownTo(0, forFile);
          throw new IOException("less than " + options.keepFree() + " bytes are free on its disk");
        }
      }
    }
    deleteDownTo(most, forFile);
  }

  private void deleteDownTo(long bytes, @Nullable FileName keep) throws IOException {
    FileName surplus;
    while ((surplus = shelf.takeSurplus(bytes)) != null) {
      Extent extent = open.asMap().remove(surplus);
      if (extent != null) {
        extent.close();
      }
      Files.deleteIfExists(surplus.in(folder.blocks()));
      if (surplus.equals(keep)) {
        throw new IOException("the cache is too small");
      }
    }
  }

  /** Finds out what earlier processes left. */
  private void takeStock() {
    record Found(FileName name, long bytes, long used) {}
    List<Found> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder.blocks(), 2)) {
      all.forEach(path -> {
        FileName name = FileName.parse(String.valueOf(path.getFileName()));
        if (name != null) {
          try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            found.add(new Found(
                name,
                Extent.usage(path, attributes.size()),
                attributes.lastModifiedTime().toMillis()));
          } catch (IOException gone) {
            log.debug("{} is gone", path);
          }
        }
      });
      found.sort(Comparator.comparingLong(Found::used));
      found.forEach(file -> shelf.grew(file.name(), file.bytes()));
      deleteDownTo(options.size(), null);
    } catch (IOException | UncheckedIOException e) {
      log.warn("the disk cache in {} cannot be read: {}", options.folder(), e.toString());
    }
  }

  private static void evicted(
      @Nullable FileName name, @Nullable Extent extent, RemovalCause cause) {
    if (extent != null) {
      extent.close();
    }
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** Writes what waits, and lets another process have the folder. */
  @Override
  public void close() {
    writer.close();
    open.asMap().values().forEach(Extent::close);
    open.invalidateAll();
    folder.close();
  }
}

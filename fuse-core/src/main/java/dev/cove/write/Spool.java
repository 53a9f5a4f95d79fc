package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.Upload;
import dev.cove.write.WriteException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of one mount that holds what is written until it is in the store. Only its owner can read
 * it, and only one process uses it at a time.
 */
public final class Spool implements Closeable {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Set<OpenOption> FILE_OPTIONS = Set.of(
      StandardOpenOption.CREATE,
      StandardOpenOption.READ,
      StandardOpenOption.WRITE,
      LinkOption.NOFOLLOW_LINKS);
  // The largest read that keeps its buffer for the next one.
  private static final int KEPT_BUFFER = (1 << 20) + (64 << 10);

  // Folders in use in this process. To close any file that has the lock drops the lock, so nobody
  // may even look at one that is held.
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  private final Path folder;
  private final SpoolOptions options;
  private final FileChannel lockFile;
  private final Space space;
  private final ScheduledThreadPoolExecutor clerk;
  private final Leftovers leftovers = new Leftovers(this);
  private final AtomicLong ids = new AtomicLong();
  private final String run;
  private final ThreadLocal<ByteBuffer> scratch;
  private final ThreadLocal<@Nullable ByteBuffer> readBuffer = new ThreadLocal<>();

  private final SmallBuffers smallBuffers = new SmallBuffers();

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Set<StagedFile> members = new LinkedHashSet<>();

  @GuardedBy("lock")
  private boolean keepingBooks;

  private Spool(Path folder, SpoolOptions options, FileChannel lockFile, String run)
      throws IOException {
    this.folder = folder;
    this.options = options;
    this.lockFile = lockFile;
    this.run = run;
    FileStore disk = Files.getFileStore(folder);
    this.space = new Space(options.size(), options.freeFloor(), () -> usable(disk));
    this.clerk = new ScheduledThreadPoolExecutor(1, task -> {
      Thread thread = new Thread(task, "cove-spool-journal");
      thread.setDaemon(true);
      return thread;
    });
    this.scratch = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(options.blockSize()));
  }

  /**
   * Opens the folder, making it where it is missing, and takes it for this process.
   *
   * @throws WriteException {@code IN_USE} while another process has it; {@code UNSAFE} when it is a
   *     symbolic link or belongs to or is open to others
   */
  public static Spool open(Path folder, SpoolOptions options) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Path parent = folder.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(folder, OWNER_ONLY_FOLDER);
    }
    requireOwn(folder);
    Path real = folder.toRealPath();
    if (!OPEN.add(real)) {
      throw inUse(folder);
    }
    try {
      return openAlone(real, options);
    } catch (IOException | RuntimeException e) {
      OPEN.remove(real);
      throw e;
    }
  }

  private static WriteException inUse(Path folder) {
    return new WriteException(Kind.IN_USE, "the spool " + folder + " is used by another process");
  }

  private static Spool openAlone(Path folder, SpoolOptions options) throws IOException {
    FileChannel lockFile = FileChannel.open(folder.resolve("lock"), FILE_OPTIONS, OWNER_ONLY_FILE);
    try {
      if (!locked(lockFile)) {
        throw inUse(folder);
      }
      Spool spool = new Spool(
          folder,
          options,
          lockFile,
          Long.toString(System.currentTimeMillis(), Character.MAX_RADIX));
      spool.leftovers.tidy();
      return spool;
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static boolean locked(FileChannel lockFile) throws IOException {
    try {
      // Held until the channel is closed.
      FileLock held = lockFile.tryLock();
      return held != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static void requireOwn(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new WriteException(
          Kind.UNSAFE,
          "the spool " + folder + " is not a folder but something else or a link to one");
    }
    Object owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!owner.equals(self)) {
      throw new WriteException(Kind.UNSAFE, "the spool " + folder + " belongs to another user");
    }
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
    if (!PosixFilePermissions.fromString("rwx------").containsAll(permissions)) {
      throw new WriteException(
          Kind.UNSAFE,
          "the spool " + folder + " is open to other users; make it private: chmod 700 " + folder);
    }
  }

  private static long usable(FileStore disk) {
    try {
      return disk.getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path folder() {
    return folder;
  }

  public SpoolOptions options() {
    return options;
  }

  /** Bytes on disk now. */
  public long used() {
    return space.used();
  }

  Space space() {
    return space;
  }

  String newId() {
    return run + "-" + Long.toString(ids.incrementAndGet(), Character.MAX_RADIX);
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  FileChannel openFile(Path path) throws IOException {
    try {
      return FileChannel.open(path, FILE_OPTIONS, OWNER_ONLY_FILE);
    } catch (IOException e) {
      throw diskError(path, e);
    }
  }

  void deleteFile(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + path, e);
    }
  }

  SmallBuffers smallBuffers() {
    return smallBuffers;
  }

  /** One block of this thread's. */
  ByteBuffer scratch() {
    return scratch.get();
  }

  /** A buffer of this thread's, used until its next call. */
  ByteBuffer readBuffer(int size) {
    ByteBuffer buffer = readBuffer.get();
    if (buffer == null || buffer.capacity() < size) {
      buffer = ByteBuffer.allocateDirect(size <= KEPT_BUFFER / 4 ? KEPT_BUFFER / 4 : size);
      if (buffer.capacity() <= KEPT_BUFFER) {
        readBuffer.set(buffer);
      }
    }
    return buffer.clear().limit(size);
  }

  static IOException diskError(Path path, IOException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("no space left") || message.contains("quota")
        ? new WriteException(Kind.NO_SPACE, "the disk of the spool is full: " + path.getParent(), e)
        : e;
  }

  void join(StagedFile file) {
    synchronized (lock) {
      members.add(file);
      if (!keepingBooks) {
        keepingBooks = true;
        long nanos = options.checkpoint().toNanos();
        var ignored =
            clerk.scheduleWithFixedDelay(this::checkpoint, nanos, nanos, TimeUnit.NANOSECONDS);
      }
    }
  }

  private void checkpoint() {
    for (StagedFile file : members()) {
      try {
        file.checkpoint();
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        // What is thrown out of here would end all checkpoints to come.
        LOG.warn("Cannot record what is staged in {}: {}", folder, e.getMessage());
      }
    }
  }

  void leave(StagedFile file) {
    synchronized (lock) {
      members.remove(file);
    }
  }

  private List<StagedFile> members() {
    synchronized (lock) {
      return new ArrayList<>(members);
    }
  }

  /** Waits for room; the bytes are taken then. The caller holds no lock. */
  void awaitRoom(long bytes) throws WriteException {
    space.take(bytes, options.patience(), this::relieve);
  }

  private boolean relieve(long wanted) {
    List<StagedFile> files = members();
    // Looked at first: what ends during the rest shows in the next round.
    boolean hope = false;
    for (StagedFile file : files) {
      hope |= file.isBusy();
    }
    long freed = 0;
    for (Draft.Expendable what : Draft.Expendable.values()) {
      for (StagedFile file : files) {
        if (freed >= wanted) {
          return true;
        }
        freed += file.giveUp(what);
      }
    }
    return hope || freed > 0;
  }

  /** Lets the folder go; what is staged stays in it. */
  @Override
  public void close() throws IOException {
    clerk.shutdown();
    IOException failure = null;
    for (StagedFile file : members()) {
      try {
        file.letGo();
      } catch (IOException e) {
        failure = e;
      }
    }
    lockFile.close();
    OPEN.remove(folder);
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * What earlier processes, and publishes that failed, left here; the oldest first. Each can be
   * {@linkplain Publisher#reopen opened again} to be uploaded, saved elsewhere or discarded.
   */
  public List<Leftover> leftovers() throws IOException {
    Set<String> inUse = new HashSet<>();
    for (StagedFile file : members()) {
      inUse.add(file.id());
    }
    return leftovers.list(inUse);
  }

  JournalReader.State left(String id) throws IOException {
    return leftovers.read(id);
  }

  void deleteLeft(String id) throws IOException {
    leftovers.delete(id);
  }

  Path plainFile(String name) {
    return folder.resolve("kept").resolve(name);
  }

  /** An ordinary file for a person to find. */
  FileChannel createPlainFile(String name) throws IOException {
    Path kept = folder.resolve("kept");
    if (!Files.isDirectory(kept, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(kept, OWNER_ONLY_FOLDER);
    }
    return openFile(plainFile(name));
  }

  /** Removes an ordinary file that a person may have removed before. */
  void deletePlainFile(String name) throws IOException {
    Path path = plainFile(name);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      long size = Files.size(path);
      deleteFile(path);
      space.give(Math.min(size, space.used()));
    }
  }

  List<Path> plainFiles() throws IOException {
    Path kept = folder.resolve("kept");
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(kept, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(kept)) {
        entries.forEach(found::add);
      }
    }
    return found;
  }

  /** Uploads under way of files that earlier processes left. */
  List<Upload> uploadsLeft() throws IOException {
    return leftovers.uploads();
  }

  void forceFolder() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** The files of the folder whose name ends so. */
  List<Path> files(String suffix) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*" + suffix)) {
      entries.forEach(found::add);
    }
    return found;
  }
}

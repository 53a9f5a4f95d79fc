package dev.cove.cli.volume;

import dev.cove.volume.FileInfo;
import dev.cove.volume.VolumeView;
import dev.cove.volume.snapshot.ContentReader;
import dev.cove.volume.snapshot.FileType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Local files as a volume describes them. */
final class LocalTree {
  private static final String PARTIAL = ".cove-part";
  private static final String USER = "user.";
  private static final boolean MAY_GIVE_AWAY = "root".equals(System.getProperty("user.name"));

  private LocalTree() {}

  /** Makes the file with content and attributes; one that is there as described is left from an earlier run. */
  static void fetch(VolumeView view, FileInfo file, Path place, AtomicLong done)
      throws IOException {
    if (isThere(file, place)) {
      done.addAndGet(file.size());
      return;
    }
    Path partial = place.resolveSibling(place.getFileName().hashCode() + PARTIAL);
    Files.deleteIfExists(partial);
    try (RandomAccessFile out = new RandomAccessFile(partial.toFile(), "rw")) {
      view.open(file.path()).transferTo(new ContentReader.Sink() {
        @Override
        public void data(byte[] bytes, int offset, int length) throws IOException {
          out.write(bytes, offset, length);
          done.addAndGet(length);
        }

        @Override
        public void hole(long length) throws IOException {
          out.seek(out.getFilePointer() + length);
          done.addAndGet(length);
        }
      });
      // A hole at the end is nothing that was written.
      out.setLength(file.size());
    }
    Files.deleteIfExists(place);
    Files.move(partial, place);
    describe(file, place);
  }

  // The time is set at last, so what has it was finished.
  static boolean isThere(FileInfo file, Path place) throws IOException {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)
        || !Files.getLastModifiedTime(place, LinkOption.NOFOLLOW_LINKS).equals(time(file))) {
      return false;
    }
    return file.type() == FileType.SYMLINK
        ? Files.isSymbolicLink(place)
            && Files.readSymbolicLink(place).toString().equals(file.target())
        : Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS) && Files.size(place) == file.size();
  }

  static void symlink(FileInfo file, Path place) throws IOException {
    Files.deleteIfExists(place);
    Files.createSymbolicLink(place, Path.of(file.target()));
    own(file, place);
    setTime(file, place);
  }

  /** Sets everything about a file or directory but its content. */
  static void describe(FileInfo file, Path place) throws IOException {
    own(file, place);
    UserDefinedFileAttributeView attributes =
        Files.getFileAttributeView(place, UserDefinedFileAttributeView.class);
    for (Map.Entry<String, byte[]> each : file.xattrs().entrySet()) {
      if (attributes != null && each.getKey().startsWith(USER)) {
        attributes.write(each.getKey().substring(USER.length()), ByteBuffer.wrap(each.getValue()));
      }
    }
    Files.setAttribute(place, "unix:mode", file.mode());
    setTime(file, place);
  }

  private static void own(FileInfo file, Path place) throws IOException {
    if (MAY_GIVE_AWAY) {
      Files.setAttribute(place, "unix:uid", file.uid(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(place, "unix:gid", file.gid(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static void setTime(FileInfo file, Path place) throws IOException {
    Files.getFileAttributeView(place, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(time(file), null, null);
  }

  // The runtime cannot set a fraction of a second before 1970, and sets 1970 instead.
  private static FileTime time(FileInfo file) {
    Instant time = file.mtime();
    return FileTime.from(time.getEpochSecond() < 0 ? time.truncatedTo(ChronoUnit.SECONDS) : time);
  }
}

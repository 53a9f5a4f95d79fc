package dev.cove.cli.recover;

import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Tree;
import dev.cove.cli.config.Folders;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folders in which writable mounts stage what the bucket does not have yet: one for each source
 * and directory, the same each time, with a note beside it that says whose it is.
 */
public final class SpoolFolders {
  private static final String NOTE = ".mount.json";

  private final Path folder;

  public SpoolFolders(Folders folders) {
    this.folder = folders.stateFolder("spool");
  }

  /**
   * One mount's folder.
   *
   * @param source what was mounted, null where the note is missing
   * @param endpoint the server it is on; null for the cloud's own
   * @param mountPoint where, null likewise
   */
  record Entry(
      Path folder,
      @Nullable String source,
      @Nullable URI endpoint,
      @Nullable String mountPoint) {}

  /**
   * The folder of a mount; the note is written anew. Buckets of one name on two servers are two
   * buckets.
   */
  public Path of(String source, @Nullable URI endpoint, Path mountPoint) throws IOException {
    Path spool = folder.resolve(name(endpoint + " " + source, mountPoint));
    Map<String, @Nullable Object> note = new LinkedHashMap<>();
    note.put("source", source);
    note.put("endpoint", endpoint == null ? null : endpoint.toString());
    note.put("mountPoint", mountPoint.toString());
    Path draft = Files.createTempFile(folder, "note", ".tmp", Folders.privateFile());
    Files.writeString(draft, JsonText.write(note));
    Files.move(draft, note(spool), StandardCopyOption.ATOMIC_MOVE);
    return spool;
  }

  /** All there are, in no order. */
  List<Entry> all() throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> found = Files.list(folder)) {
      for (Path spool : found.filter(Files::isDirectory).sorted().toList()) {
        entries.add(entry(spool));
      }
    }
    return entries;
  }

  /** Removes what mounts on a directory have staged and never stored, and the notes beside it. */
  public void forget(Path mountPoint) throws IOException {
    for (Entry entry : all()) {
      if (mountPoint.toString().equals(entry.mountPoint())) {
        Tree.delete(entry.folder());
        Files.deleteIfExists(note(entry.folder()));
      }
    }
  }

  private static Entry entry(Path spool) throws IOException {
    try {
      Map<String, @Nullable Object> note = JsonText.readObject(Files.readString(note(spool)));
      String endpoint = text(note.get("endpoint"));
      return new Entry(
          spool,
          text(note.get("source")),
          endpoint == null ? null : URI.create(endpoint),
          text(note.get("mountPoint")));
    } catch (NoSuchFileException e) {
      return new Entry(spool, null, null, null); // damaged by hand: what is in it can be listed
    }
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private static Path note(Path spool) {
    return spool.resolveSibling(spool.getFileName() + NOTE);
  }

  private static String name(String source, Path mountPoint) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256")
          .digest((source + '\0' + mountPoint).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}

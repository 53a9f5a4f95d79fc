package dev.cove.cli.secret;

import com.google.crypto.tink.Aead;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Suggestions;
import dev.cove.cli.config.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a user on this machine. Each is a file of its own, sealed with the user's key and
 * bound to its name. The key lies in another folder, so that a copy of the secrets alone opens
 * nothing.
 */
public final class Secrets {
  private static final SealedFile FORMAT = new SealedFile("cove-secret");
  private static final String SUFFIX = ".secret";
  private static final int LARGEST = 1 << 20;

  private final Path folder;
  private final KeyFile key;
  private final Clock clock;

  Secrets(Path folder, Path keyFile, Clock clock) {
    this.folder = folder;
    this.key = new KeyFile(keyFile);
    this.clock = clock;
  }

  /** Those in the folders of this process. */
  public static Secrets current() {
    return of(Folders.current(), Clock.systemUTC());
  }

  static Secrets of(Folders folders, Clock clock) {
    return new Secrets(
        folders.dataFolder("secrets"), folders.stateFolder("keys").resolve("secrets.key"), clock);
  }

  /** What a file looked like; differs after each change. */
  record Stamp(@Nullable Object file, FileTime modified, long size) {}

  /** Whether a secret that is there may be replaced. */
  enum Existing {
    KEPT,
    REPLACED
  }

  /**
   * Opens a secret.
   *
   * @throws CommandFailure when there is none of that name, or it cannot be opened
   */
  public Secret find(String name) {
    SecretName.check(name);
    Optional<Stamp> stamp = stamp(name);
    StoredSecret stored = read(name);
    return new Secret(this, stamp.orElseThrow(() -> missing(name)), stored.entries());
  }

  /** What the secret's file looks like now; empty when there is none. */
  Optional<Stamp> stamp(String name) {
    try {
      BasicFileAttributes now =
          Files.readAttributes(file(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return Optional.of(new Stamp(now.fileKey(), now.lastModifiedTime(), now.size()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** @throws CommandFailure when there is none of that name, or it cannot be opened */
  StoredSecret read(String name) {
    try {
      byte[] sealed = FORMAT.read(file(name));
      return parse(name, unseal(name, sealed));
    } catch (NoSuchFileException e) {
      throw missing(name);
    } catch (IOException e) {
      throw CommandFailure.failed(
          "the secret '" + name + "' cannot be read: " + Folders.reason(e), e);
    }
  }

  private CommandFailure missing(String name) {
    SortedSet<String> names = names();
    return CommandFailure.notSo("there is no secret '" + name + "'"
        + (names.isEmpty()
            ? "; make it with 'cove secret create'"
            : Suggestions.hint(name, names)));
  }

  private String unseal(String name, byte[] sealed) {
    Aead aead = key.open()
        .orElseThrow(() -> CommandFailure.failed("the key file " + SealedFile.shown(key.path())
            + ", which opens the secret '" + name + "', is missing: put it back, or delete the"
            + " secrets and make them anew"));
    try {
      return new String(aead.decrypt(sealed, associated(name)), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException e) {
      throw damaged(name);
    }
  }

  private CommandFailure damaged(String name) {
    return CommandFailure.failed("the secret '" + name + "' cannot be opened with the key file "
        + SealedFile.shown(key.path())
        + ": it is damaged or was made with another key; make it anew with --force");
  }

  // A file that was renamed, or whose first line was changed, is no secret any more.
  private static byte[] associated(String name) {
    return (FORMAT.header() + " " + name).getBytes(StandardCharsets.UTF_8);
  }

  private StoredSecret parse(String name, String text) {
    try {
      Map<String, @Nullable Object> fields = JsonText.readObject(text);
      Map<String, String> values = new LinkedHashMap<>();
      if (fields.get("entries") instanceof Map<?, ?> entries) {
        entries.forEach((key, value) -> values.put(String.valueOf(key), String.valueOf(value)));
      }
      return new StoredSecret(
          Instant.parse(String.valueOf(fields.get("created"))),
          Instant.parse(String.valueOf(fields.get("changed"))),
          new Entries(name, values));
    } catch (RuntimeException e) {
      throw damaged(name);
    }
  }

  /**
   * Stores a secret: whole or not at all, and for good once this returns.
   *
   * @throws CommandFailure when there is one already and it is to be kept, or it is too large
   */
  void store(String name, Map<String, String> values, Existing existing) {
    SecretName.check(name);
    try (StoreLock lock = lock()) {
      removeUnfinished();
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      Instant created = now;
      if (stamp(name).isPresent()) {
        if (existing == Existing.KEPT) {
          throw existsAlready(name);
        }
        created = createdOr(name, now);
      }
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("created", created);
      fields.put("changed", now);
      fields.put("entries", values);
      byte[] text = JsonText.write(fields).getBytes(StandardCharsets.UTF_8);
      if (text.length > LARGEST) {
        throw CommandFailure.usage("the secret '" + name + "' is larger than 1 MiB");
      }
      FORMAT.replace(file(name), keyForWriting().encrypt(text, associated(name)));
    } catch (IOException e) {
      throw CommandFailure.failed(
          "the secret '" + name + "' cannot be stored: " + Folders.reason(e), e);
    } catch (GeneralSecurityException e) {
      throw CommandFailure.failed("the secret '" + name + "' cannot be encrypted", e);
    }
  }

  /** @throws CommandFailure when there is a secret of that name */
  void requireAbsent(String name) {
    SecretName.check(name);
    if (stamp(name).isPresent()) {
      throw existsAlready(name);
    }
  }

  private static CommandFailure existsAlready(String name) {
    return CommandFailure.notSo(
        "there is a secret '" + name + "' already; --force puts the new one in its place");
  }

  // What cannot be opened any more may be replaced; a newer Cove's may not.
  private Instant createdOr(String name, Instant otherwise) throws IOException {
    byte[] sealed = FORMAT.read(file(name));
    try {
      return parse(name, unseal(name, sealed)).created();
    } catch (CommandFailure e) {
      return otherwise;
    }
  }

  // A new key beside old secrets would shut them for good if the old one is only out of reach.
  private Aead keyForWriting() {
    return key.open().orElseGet(() -> {
      SortedSet<String> names = names();
      if (!names.isEmpty()) {
        throw CommandFailure.failed("the key file " + SealedFile.shown(key.path())
            + " is missing, though there are secrets made with it: put it back, or delete them: "
            + String.join(", ", names));
      }
      return key.make();
    });
  }

  /** @throws CommandFailure when there is none of that name */
  void delete(String name) {
    SecretName.check(name);
    try (StoreLock lock = lock()) {
      Files.delete(file(name));
      SealedFile.sync(folder);
    } catch (NoSuchFileException e) {
      throw missing(name);
    } catch (IOException e) {
      throw CommandFailure.failed(
          "the secret '" + name + "' cannot be deleted: " + Folders.reason(e), e);
    }
  }

  /** The names of all, in order. */
  SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        name = name.substring(0, name.length() - SUFFIX.length());
        if (SecretName.isValid(name)) {
          names.add(name);
        }
      }
    } catch (IOException e) {
      throw CommandFailure.failed(
          "the folder " + SealedFile.shown(folder) + " cannot be read: " + Folders.reason(e), e);
    }
    return names;
  }

  private StoreLock lock() throws IOException {
    return StoreLock.take(folder.resolve("lock"), Folders.privateFile());
  }

  // What a process that was killed left behind.
  private void removeUnfinished() throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, "*" + SealedFile.UNFINISHED)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  private Path file(String name) {
    return folder.resolve(name + SUFFIX);
  }
}

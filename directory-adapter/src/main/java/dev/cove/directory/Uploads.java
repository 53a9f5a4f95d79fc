package dev.cove.directory;

import dev.cove.storage.Content;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Multipart uploads: a folder for each with a file {@code about}, whose bytes are the key and whose label is the object's, and
 * a labelled file for each part. They stay until they are completed or aborted.
 */
final class Uploads {
  static final String FOLDER = "+uploads";
  static final int MAX_PARTS = 10_000;
  private static final String ABOUT = "about";

  private final Path folder;
  private final TempFiles temps;
  private final Writing writing;
  private final Turns turns;

  Uploads(Path root, TempFiles temps, Writing writing) {
    this.folder = root.resolve(FOLDER);
    this.temps = temps;
    this.writing = writing;
    this.turns = new Turns(root, "upload-");
  }

  Upload create(String key, WriteOptions options) throws IOException {
    Path about = writing
        .prepare(Writing.of(Content.of(key.getBytes(StandardCharsets.UTF_8))), Label.fresh(options))
        .path();
    Folders.create(folder);
    String id = UUID.randomUUID().toString();
    Path begun = Files.createDirectory(temps.next());
    Files.move(about, begun.resolve(ABOUT), StandardCopyOption.ATOMIC_MOVE);
    Files.move(begun, folder.resolve(id), StandardCopyOption.ATOMIC_MOVE);
    Folders.sync(folder.resolve(id));
    Folders.sync(folder);
    return open(id).upload();
  }

  /** An upload as its folder describes it. */
  private record Begun(Upload upload, Path folder, Label label) {}

  private Begun open(String id) throws IOException {
    Path about = folder.resolve(id).resolve(ABOUT);
    try (OpenObject file = OpenObject.open(id, about)) {
      byte[] key = file.bytes();
      Upload upload =
          new Upload(new String(key, StandardCharsets.UTF_8), id, file.info().lastModified());
      return new Begun(upload, folder.resolve(id), file.label());
    }
  }

  private Begun existing(Upload upload) throws IOException {
    Begun begun = null;
    if (isId(upload.id())) {
      try {
        begun = open(upload.id());
      } catch (NoSuchFileException e) {
        // Said below.
      }
    }
    if (begun == null || !begun.upload().key().equals(upload.key())) {
      throw gone(upload);
    }
    return begun;
  }

  private static boolean isId(String id) {
    try {
      return UUID.fromString(id).toString().equals(id);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static StorageException gone(Upload upload) {
    return new StorageException(Kind.NOT_FOUND, "no upload of " + upload.key() + " with this id");
  }

  Part receive(Upload upload, int number, Writing.Filler filler) throws IOException {
    if (number < 1 || number > MAX_PARTS) {
      throw new StorageException(Kind.INVALID, "parts are numbered 1 to " + MAX_PARTS);
    }
    Begun begun = existing(upload);
    Writing.Prepared part = writing.prepare(filler, Label.fresh(WriteOptions.DEFAULT));
    try {
      Path name = begun.folder().resolve(Integer.toString(number));
      Files.move(part.path(), name, StandardCopyOption.ATOMIC_MOVE);
      Folders.sync(begun.folder());
      return new Part(number, part.size(), part.label().version().value());
    } catch (NoSuchFileException e) {
      throw gone(upload);
    } finally {
      Files.deleteIfExists(part.path());
    }
  }

  List<Part> parts(Upload upload) throws IOException {
    Path begun = existing(upload).folder();
    List<Part> parts = new ArrayList<>();
    for (Path path : filesOf(begun)) {
      String name = path.getFileName().toString();
      if (!name.equals(ABOUT)) {
        try (OpenObject file = OpenObject.open(upload.key(), path)) {
          parts.add(new Part(
              Integer.parseInt(name), file.info().size(), file.info().version().value()));
        } catch (NoSuchFileException e) {
          throw gone(upload);
        }
      }
    }
    parts.sort(Comparator.comparingInt(Part::number));
    return parts;
  }

  Stored complete(Upload upload, List<Part> parts, WriteCondition condition) throws IOException {
    List<Part> ascending = new ArrayList<>(parts);
    ascending.sort(Comparator.comparingInt(Part::number));
    // Of two who complete one upload, the second finds it gone.
    return turns.take(upload.id(), () -> {
      Begun begun = existing(upload);
      writing.refuseEarly(upload.key(), condition);
      Label label = Label.fresh(begun.label().attributes(), begun.label().tags());
      Writing.Prepared whole = writing.prepare(file -> assemble(begun, ascending, file), label);
      Stored stored = writing.publish(upload.key(), whole, condition);
      abort(upload);
      return stored;
    });
  }

  private static void assemble(Begun begun, List<Part> ascending, FileChannel target)
      throws IOException {
    String key = begun.upload().key();
    if (ascending.isEmpty()) {
      throw new StorageException(Kind.INVALID, "the upload of " + key + " has no parts");
    }
    int before = 0;
    for (Part part : ascending) {
      if (part.number() == before) {
        throw new StorageException(
            Kind.INVALID, "the upload of " + key + " names part " + before + " twice");
      }
      before = part.number();
      Path path = begun.folder().resolve(Integer.toString(part.number()));
      try (OpenObject file = OpenObject.open(key, path)) {
        if (!file.info().version().equals(new Version(part.tag()))) {
          throw unknown(key, part);
        }
        file.appendTo(target, 0, file.info().size());
      } catch (NoSuchFileException e) {
        throw unknown(key, part);
      }
    }
  }

  private static StorageException unknown(String key, Part part) {
    return new StorageException(
        Kind.INVALID, "the upload of " + key + " never received this part " + part.number());
  }

  void abort(Upload upload) throws IOException {
    if (!isId(upload.id())) {
      return;
    }
    Path taken = temps.next();
    try {
      Files.move(folder.resolve(upload.id()), taken, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return;
    }
    TempFiles.removeAll(taken);
  }

  List<Upload> list(String prefix) throws IOException {
    List<Upload> uploads = new ArrayList<>();
    for (Path path : filesOf(folder)) {
      Upload upload = uploadOrNull(path.getFileName().toString());
      if (upload != null && upload.key().startsWith(prefix)) {
        uploads.add(upload);
      }
    }
    return uploads;
  }

  private @Nullable Upload uploadOrNull(String id) throws IOException {
    try {
      return open(id).upload();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static List<Path> filesOf(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(files::add);
    } catch (NoSuchFileException e) {
      // Nothing was begun.
    }
    return files;
  }
}

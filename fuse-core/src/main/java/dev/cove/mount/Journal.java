package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What the mount has begun and must finish even if its process is killed: one line of JSON for each
 * beginning and each end. Written before the first request of the work it tells of; a process that
 * is killed loses no line (a machine that loses power may lose the last).
 */
final class Journal implements AutoCloseable {
  private static final JsonFactory JSON = new JsonFactory();
  // 1 MiB: rewritten when it is longer and nothing is open.
  private static final long COMPACT_AT = 1 << 20;

  /** Work that was begun and has not ended, as it was written down. */
  record Work(long id, String kind, Map<String, String> fields) {
    String field(String name) {
      String value = fields.get(name);
      if (value == null) {
        throw new IllegalStateException("journal entry " + id + " has no " + name);
      }
      return value;
    }
  }

  /** Work under way. */
  final class Entry {
    private final long id;

    private Entry(long id) {
      this.id = id;
    }

    /** From now on, at one stroke, another piece of work is what is left to do. */
    void becomes(String kind, Map<String, String> fields) throws IOException {
      replace(new Work(id, kind, fields));
    }

    /** The work has ended and need not be done again. */
    void done() {
      end(id);
    }
  }

  private final @Nullable FileChannel channel;
  private final Map<Long, Work> open = new LinkedHashMap<>(); // guarded by this
  private long nextId = 1; // guarded by this

  private Journal(@Nullable FileChannel channel) {
    this.channel = channel;
  }

  /** A journal that is written nowhere: for read-only mounts and tests. */
  static Journal none() {
    return new Journal(null);
  }

  /** What a journal says, without a change to it; nothing where there is none. */
  static List<Work> read(Path file) throws IOException {
    Journal journal = none();
    try {
      Files.readString(file).lines().forEach(journal::replay);
    } catch (NoSuchFileException e) {
      // Nothing was ever begun.
    }
    return journal.open();
  }

  /** Opens or creates a journal; {@link #open()} then tells what a killed process left. */
  static Journal at(Path file) throws IOException {
    String text = "";
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      // A new one.
    }
    FileChannel channel = FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    int whole = text.lastIndexOf('\n') + 1;
    channel.truncate(text.substring(0, whole).getBytes(UTF_8).length);
    Journal journal = new Journal(channel);
    text.lines().forEach(journal::replay);
    return journal;
  }

  /** Work that was begun and not ended, oldest first. */
  synchronized List<Work> open() {
    return new ArrayList<>(open.values());
  }

  Entry moving(String from, String version, String to, String writeId) throws IOException {
    return begin("move", Map.of("from", from, "version", version, "to", to, "writeId", writeId));
  }

  Entry deleting(String key, String version) throws IOException {
    return begin("delete", Map.of("key", key, "version", version));
  }

  Entry begin(String kind, Map<String, String> fields) throws IOException {
    synchronized (this) {
      Work work = new Work(nextId++, kind, fields);
      append(work.id(), kind, fields);
      open.put(work.id(), work);
      return new Entry(work.id());
    }
  }

  private synchronized void replace(Work work) throws IOException {
    append(work.id(), work.kind(), work.fields());
    open.put(work.id(), work);
  }

  /** The entry of work that an earlier process began. */
  Entry resume(Work work) {
    return new Entry(work.id());
  }

  private synchronized void end(long id) {
    if (open.remove(id) == null) {
      return;
    }
    try {
      if (channel != null && open.isEmpty() && channel.size() > COMPACT_AT) {
        channel.truncate(0);
      } else {
        append(id, "done", Map.of());
      }
    } catch (IOException e) {
      // Done twice is harmless: every kind of work can be repeated. Losing the line must not fail
      // it.
      LoggerFactory.getLogger(Journal.class)
          .warn("cannot write to the journal: {}", e.getMessage());
    }
  }

  private void append(long id, String kind, Map<String, String> fields) throws IOException {
    if (channel == null) {
      return;
    }
    StringWriter line = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), line)) {
      json.writeStartObject();
      json.writeNumberProperty("id", id);
      json.writeStringProperty("kind", kind);
      fields.forEach(json::writeStringProperty);
      json.writeEndObject();
    }
    ByteBuffer bytes = UTF_8.encode(line.append('\n').toString());
    long end = channel.size();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      // On a full disk half a line would swallow the one after it.
      channel.truncate(end);
      throw e;
    }
  }

  private void replay(String line) {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line)) {
      json.nextToken();
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        JsonToken value = json.nextToken();
        if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT) {
          fields.put(name, json.getString());
        }
      }
    } catch (JacksonException e) {
      return; // a line cut short by the end of the process: its work had not begun
    }
    String id = fields.remove("id");
    String kind = fields.remove("kind");
    if (id == null || kind == null) {
      return;
    }
    long number = Long.parseLong(id);
    nextId = Math.max(nextId, number + 1);
    if (kind.equals("done")) {
      open.remove(number);
    } else {
      open.put(number, new Work(number, kind, fields));
    }
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

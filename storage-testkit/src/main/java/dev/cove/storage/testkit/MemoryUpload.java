package dev.cove.storage.testkit;

import static dev.cove.storage.StorageException.Kind.INVALID;

import dev.cove.storage.Capabilities;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.Upload;
import dev.cove.storage.WriteOptions;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The parts received for one upload; guarded by its store's lock. */
final class MemoryUpload {
  private final Upload upload;
  private final WriteOptions options;
  private final Capabilities capabilities;
  private final NavigableMap<Integer, Received> parts = new TreeMap<>();

  private record Received(Part part, byte[] bytes) {}

  MemoryUpload(Upload upload, WriteOptions options, Capabilities capabilities) {
    this.upload = upload;
    this.options = options;
    this.capabilities = capabilities;
  }

  Upload upload() {
    return upload;
  }

  WriteOptions options() {
    return options;
  }

  List<Part> parts() {
    return parts.values().stream().map(Received::part).toList();
  }

  Part receive(int number, String tag, byte[] bytes) throws StorageException {
    if (capabilities.orderedParts() && number != parts.size() + 1 && number != parts.size()) {
      throw new StorageException(
          INVALID,
          "part " + number + " of " + upload.key() + " is out of order after " + parts.size());
    }
    Part part = new Part(number, bytes.length, tag);
    parts.put(number, new Received(part, bytes));
    return part;
  }

  /** The bytes of the chosen parts one after the other. */
  byte[] assemble(List<Part> chosen) throws StorageException {
    List<Part> ascending = new ArrayList<>(chosen);
    ascending.sort(Comparator.comparingInt(Part::number));
    if (ascending.isEmpty()) {
      throw invalid("has no parts");
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    int before = 0;
    for (Part part : ascending) {
      Received received = parts.get(part.number());
      if (received == null || !received.part().tag().equals(part.tag())) {
        throw invalid("never received this part " + part.number());
      }
      if (part.number() == before) {
        throw invalid("names part " + before + " twice");
      }
      before = part.number();
      boolean last = part == ascending.get(ascending.size() - 1);
      if (!last && received.bytes().length < capabilities.minPartSize()) {
        throw invalid("has too small a part " + part.number());
      }
      if ((long) whole.size() + received.bytes().length > capabilities.maxObjectSize()) {
        throw invalid(
            "has more bytes than the " + capabilities.maxObjectSize() + " an object can have");
      }
      whole.writeBytes(received.bytes());
    }
    return whole.toByteArray();
  }

  private StorageException invalid(String what) {
    return new StorageException(INVALID, "the upload of " + upload.key() + " " + what);
  }
}

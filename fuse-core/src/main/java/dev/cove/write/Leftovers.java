package dev.cove.write;

import dev.cove.storage.Upload;
import dev.cove.write.JournalReader.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what earlier processes left in a spool. */
final class Leftovers {
  private static final Pattern SEGMENT = Pattern.compile("(.+)\\.(\\d+)");

  private final Spool spool;

  Leftovers(Spool spool) {
    this.spool = spool;
  }

  /** Removes what no journal speaks of and counts the rest; before anything is staged. */
  void tidy() throws IOException {
    spool.files(Journal.SUFFIX + FrameFile.UNFINISHED).forEach(spool::deleteFile);
    Map<String, List<Path>> segments = segments();
    for (Path journal : spool.files(Journal.SUFFIX)) {
      String id = idOf(journal);
      List<Path> its = segments.getOrDefault(id, List.of());
      segments.remove(id);
      try {
        State state = JournalReader.read(spool, journal, id);
        if (isWorthKeeping(state)) {
          tidy(its, state);
        } else {
          its.forEach(spool::deleteFile);
          spool.deleteFile(journal);
        }
      } catch (NoSuchFileException e) {
        throw e;
      } catch (IOException e) {
        // Listed as damaged; nothing of it is touched.
        for (Path segment : its) {
          spool.space().takeAnyway(Files.size(segment));
        }
      }
    }
    segments.values().forEach(orphaned -> orphaned.forEach(spool::deleteFile));
    for (Path plain : spool.plainFiles()) {
      spool.space().takeAnyway(Files.size(plain));
    }
  }

  /** A file that was opened and not changed is of no use to anybody. */
  private static boolean isWorthKeeping(State state) {
    return state.shape().isDirty()
        || !state.shape().attempts().isEmpty()
        || state.transfer() != null
        || state.reason() != null
        || state.damaged();
  }

  private void tidy(List<Path> segments, State state) throws IOException {
    for (Path path : segments) {
      Blocks blocks = state.blocks().get(indexOf(path));
      if (blocks == null) {
        spool.deleteFile(path);
      } else {
        Segment segment = new Segment(spool, path, SegmentBytes.Place.FILE, blocks);
        segment.trim();
        segment.close();
        spool.space().takeAnyway(segment.allocated());
      }
    }
  }

  List<Leftover> list(Set<String> inUse) throws IOException {
    List<Leftover> found = new ArrayList<>();
    for (Path journal : spool.files(Journal.SUFFIX)) {
      String id = idOf(journal);
      if (!inUse.contains(id)) {
        Leftover leftover = describe(journal, id);
        if (leftover != null) {
          found.add(leftover);
        }
      }
    }
    found.sort((a, b) -> a.changed().compareTo(b.changed()));
    return found;
  }

  private @Nullable Leftover describe(Path journal, String id) throws IOException {
    try {
      State state = JournalReader.read(spool, journal, id);
      Shape shape = state.shape();
      Leftover.State how = Leftover.State.OPEN;
      if (state.damaged()) {
        how = Leftover.State.DAMAGED;
      } else if (state.reason() != null) {
        how = Leftover.State.KEPT;
      } else if (!shape.attempts().isEmpty()) {
        how = Leftover.State.SENDING;
      }
      return new Leftover(
          id,
          state.target(),
          shape.size(),
          shape.dirty().bytes(),
          Files.getLastModifiedTime(journal).toInstant(),
          how,
          state.reason(),
          state.plainFile() == null ? null : spool.plainFile(state.plainFile()));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      return new Leftover(
          id,
          null,
          0,
          0,
          Files.getLastModifiedTime(journal).toInstant(),
          Leftover.State.DAMAGED,
          e.getMessage(),
          null);
    }
  }

  /** The uploads that journals speak of. */
  List<Upload> uploads() throws IOException {
    List<Upload> found = new ArrayList<>();
    for (Path journal : spool.files(Journal.SUFFIX)) {
      try {
        Transfer transfer = read(idOf(journal)).transfer();
        if (transfer != null && transfer.upload() != null) {
          found.add(transfer.upload());
        }
      } catch (IOException e) {
        // Damaged, or gone meanwhile: an upload with parts stays all the same.
        continue;
      }
    }
    return found;
  }

  State read(String id) throws IOException {
    return JournalReader.read(spool, spool.file(id + Journal.SUFFIX), id);
  }

  /** Removes a leftover whatever its journal says. */
  void delete(String id) throws IOException {
    for (Path segment : segments().getOrDefault(id, List.of())) {
      long size = Files.size(segment);
      spool.deleteFile(segment);
      spool.space().give(Math.min(size, spool.space().used()));
    }
    spool.deleteFile(spool.file(id + Journal.SUFFIX));
  }

  private Map<String, List<Path>> segments() throws IOException {
    Map<String, List<Path>> segments = new HashMap<>();
    for (Path path : spool.files("")) {
      Matcher matcher = SEGMENT.matcher(path.getFileName().toString());
      if (matcher.matches()) {
        segments.computeIfAbsent(matcher.group(1), id -> new ArrayList<>()).add(path);
      }
    }
    return segments;
  }

  private static int indexOf(Path segment) {
    Matcher matcher = SEGMENT.matcher(segment.getFileName().toString());
    return matcher.matches() ? Integer.parseInt(matcher.group(2)) : -1;
  }

  private static String idOf(Path journal) {
    String name = journal.getFileName().toString();
    return name.substring(0, name.length() - Journal.SUFFIX.length());
  }
}

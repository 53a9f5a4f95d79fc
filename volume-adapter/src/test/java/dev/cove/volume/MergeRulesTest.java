package dev.cove.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.testkit.ManualClock;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What merges besides the pairs of the table, and what never does. */
final class MergeRulesTest {
  private final ManualClock clock = new ManualClock();
  private final VolumeStore store =
      VolumeStore.open(new MemoryObjectStore(), VolumeOptions.standard().withClock(clock));
  private Volume ours;
  private Volume theirs;

  @BeforeEach
  void begin() {
    ours = store.create("v");
    ours.writeFile("/d/old", bytes("old"));
    ours.commit("base");
    theirs = store.volume("v");
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void theLaterTimeOfADirectoryStays() {
    ours.writeFile("/d/ours", bytes("ours"));
    clock.advance(Duration.ofSeconds(5));
    theirs.writeFile("/d/theirs", bytes("theirs"));
    Instant later = theirs.stat("/d").mtime();
    assertThat(later).isAfter(ours.stat("/d").mtime());
    theirs.commit("theirs");
    ours.commit("ours");
    assertThat(store.volume("v").stat("/d").mtime()).isEqualTo(later);
    assertThat(store.volume("v").listdir("/d")).hasSize(3);
  }

  @Test
  void aDirectoryThatBothMadeIsOneWithWhatBothPutIntoIt() {
    theirs.makeDirectory("/new");
    theirs.setAttributes("/new", AttributeChange.NONE.withMode(0700));
    theirs.writeFile("/new/theirs", bytes("theirs"));
    theirs.commit("theirs");
    ours.writeFile("/new/ours", bytes("ours"));
    ours.commit("ours");
    VolumeView merged = store.volume("v").view();
    assertThat(merged.listdir("/new"))
        .extracting(FileInfo::path)
        .containsExactly("/new/ours", "/new/theirs");
    assertThat(merged.stat("/new").mode()).isEqualTo(0700);
  }

  @Test
  void ofADirectoryThatBothMadeTheSameNameInsideClashes() {
    theirs.writeFile("/new/same", bytes("theirs"));
    theirs.commit("theirs");
    ours.writeFile("/new/same", bytes("ours"));
    VolumeException conflict =
        catchThrowableOfType(VolumeException.class, () -> ours.commit("ours"));
    assertThat(conflict.reason()).isEqualTo(Reason.CONFLICT);
    assertThat(conflict.paths()).contains("/new/same");
    assertThat(ours.readFile("/new/same")).isEqualTo(bytes("ours"));
  }

  @Test
  void whatBothRemovedIsGoneAndWhatBothRenamedAlikeHasItsNewName() {
    ours.writeFile("/d/gone", bytes("gone"));
    ours.commit("two files");
    theirs.reload();
    for (Volume each : new Volume[] {theirs, ours}) {
      each.removeFile("/d/gone");
      each.rename("/d/old", "/d/new");
      each.commit("the same");
    }
    assertThat(store.volume("v").listdir("/d"))
        .extracting(FileInfo::path)
        .containsExactly("/d/new");
  }

  @Test
  void allNamesOfAFileAreOneFile() {
    ours.link("/d/old", "/other");
    ours.commit("linked");
    theirs.reload();
    theirs.writeFile("/d/old", bytes("theirs"));
    theirs.commit("theirs");
    ours.writeFile("/other", bytes("ours"));
    VolumeException conflict =
        catchThrowableOfType(VolumeException.class, () -> ours.commit("ours"));
    assertThat(conflict.reason()).isEqualTo(Reason.CONFLICT);
    assertThat(conflict.paths()).contains("/d/old", "/other");
  }

  @Test
  void aDirectoryThatIsRenamedStandsForEverythingInside() {
    theirs.writeFile("/d/deep/below", bytes("theirs"));
    theirs.commit("theirs");
    ours.rename("/d", "/e");
    VolumeException conflict =
        catchThrowableOfType(VolumeException.class, () -> ours.commit("ours"));
    assertThat(conflict.reason()).isEqualTo(Reason.CONFLICT);
    assertThat(ours.exists("/e/old")).isTrue();
    assertThat(store.volume("v").exists("/d/deep/below")).isTrue();
  }

  @Test
  void aStrictCommitAndEveryOneToAStrictVolumeIsNeverMerged() {
    theirs.writeFile("/theirs", bytes("theirs"));
    theirs.commit("theirs");
    ours.writeFile("/ours", bytes("ours"));
    VolumeException refused =
        catchThrowableOfType(VolumeException.class, () -> ours.commit("ours", Merging.REFUSED));
    assertThat(refused.reason()).isEqualTo(Reason.CONFLICT);
    assertThat(ours.hasChanges()).isTrue();
    assertThat(ours.commit("ours").number()).isEqualTo(3);

    Volume strict = store.create("strict", Merging.REFUSED);
    Volume other = store.volume("strict");
    other.writeFile("/theirs", bytes("theirs"));
    other.commit("theirs");
    strict.writeFile("/ours", bytes("ours"));
    assertThat(catchThrowableOfType(VolumeException.class, () -> strict.commit("ours"))
            .reason())
        .isEqualTo(Reason.CONFLICT);
  }

  @Test
  void aVolumeThatIsDeletedTakesNoCommitAlsoFromThoseWhoHaveItOpen() {
    ours.writeFile("/ours", bytes("ours"));
    store.delete("v");
    assertThat(catchThrowableOfType(VolumeException.class, () -> ours.commit("ours"))
            .reason())
        .isEqualTo(Reason.UNKNOWN_VOLUME);
    assertThat(ours.readFile("/ours")).isEqualTo(bytes("ours"));
  }

  @Test
  void aRollbackFailsWhereAnotherCommitComesFirstAndDoesNothingWhereThereIsNothingToDo() {
    ours.writeFile("/d/old", bytes("new"));
    ours.commit("changed");
    assertThat(ours.rollback("1", "back").number()).isEqualTo(3);
    assertThat(ours.rollback("1", "back again").number()).isEqualTo(3);
    assertThat(ours.readFile("/d/old")).isEqualTo(bytes("old"));
    assertThat(ours.log()).hasSize(3);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}

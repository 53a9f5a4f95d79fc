package dev.cove.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.Capabilities.Feature;
import dev.cove.storage.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each kind of change costs in requests. Parts have 64 bytes, at least 40. */
final class RequestsTest {
  @TempDir
  Path folder;

  private Bench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(folder);
  }

  @AfterEach
  void close() throws IOException {
    bench.assertNoUploads();
    bench.close();
  }

  @Test
  void smallFileIsOnePut() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(30, 1));
    Bench.write(file, 30, Bench.random(34, 2));
    bench.publish(file);
    assertThat(bench.requests()).containsExactly("PUT file");
  }

  @Test
  void emptyFileIsOnePut() throws IOException {
    bench.publish(bench.create());
    assertThat(bench.requests()).containsExactly("PUT file");
    assertThat(bench.object(Bench.KEY)).isEmpty();
  }

  @Test
  void largeFileIsItsPartsAndTwoRequestsMore() throws IOException {
    byte[] content = Bench.random(64 * 3 + 5, 1);
    StagedFile file = bench.create();
    for (int at = 0; at < content.length; at += 16) {
      Bench.write(file, at, Arrays.copyOfRange(content, at, Math.min(content.length, at + 16)));
    }
    bench.publish(file);
    assertThat(bench.requests())
        .containsExactlyInAnyOrder(
            "CREATE-UPLOAD file",
            "PART file 1",
            "PART file 2",
            "PART file 3",
            "PART file 4",
            "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
  }

  @Test
  void partsAreSentWhileTheFileGrows() throws Exception {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(200, 1));
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (bench.store.requests().size() < 4 && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
    assertThat(bench.requests())
        .containsExactlyInAnyOrder(
            "CREATE-UPLOAD file", "PART file 1", "PART file 2", "PART file 3");
    bench.publish(file);
    assertThat(bench.requests()).containsExactly("PART file 4", "COMPLETE file");
  }

  @Test
  void oneByteInTheMiddleOfLargeObjectMovesOnePartAtMost() throws IOException {
    byte[] content = large();
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 512, new byte[] {7});
    content[512] = 7;
    bench.publish(file);
    assertThat(bench.requests())
        .containsExactlyInAnyOrder(
            "CREATE-UPLOAD file",
            "PART-COPY file 1 <- file 0-511",
            "GET file 513-551",
            "PART file 2",
            "PART-COPY file 3 <- file 552-1023",
            "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
  }

  @Test
  void severalChangesCloseTogetherAreFetchedByOneGet() throws IOException {
    byte[] content = large();
    StagedFile file = bench.edit(Bench.KEY);
    for (int at : new int[] {500, 510, 520}) {
      Bench.write(file, at, new byte[] {7});
      content[at] = 7;
    }
    bench.publish(file);
    assertThat(bench.requests())
        .containsExactlyInAnyOrder(
            "CREATE-UPLOAD file",
            "PART-COPY file 1 <- file 0-499",
            "GET file 501-539",
            "PART file 2",
            "PART-COPY file 3 <- file 540-1023",
            "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
  }

  @Test
  void appendToLargeObjectIsOneCopyAndOnePart() throws IOException {
    byte[] content = large();
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, content.length, new byte[] {1, 2, 3});
    bench.publish(file);
    assertThat(bench.requests())
        .containsExactlyInAnyOrder(
            "CREATE-UPLOAD file",
            "PART-COPY file 1 <- file 0-1023",
            "PART file 2",
            "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).startsWith(content).endsWith(1, 2, 3).hasSize(1027);
  }

  @Test
  void longAppendIsSentWhileItGoesOn() throws Exception {
    byte[] content = large();
    StagedFile file = bench.edit(Bench.KEY);
    byte[] more = Bench.random(300, 3);
    for (int at = 0; at < more.length; at += 30) {
      Bench.write(file, content.length + at, Arrays.copyOfRange(more, at, at + 30));
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    // Parts are sent side by side: which of them is first is open.
    String[] full = {"PART file 2", "PART file 3", "PART file 4", "PART file 5"};
    while (!bench.store.requests().containsAll(List.of(full)) && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
    assertThat(bench.store.requests()).contains(full);
    bench.publish(file);
    assertThat(bench.requests())
        .containsExactlyInAnyOrder(
            "CREATE-UPLOAD file",
            "PART-COPY file 1 <- file 0-1023",
            "PART file 2",
            "PART file 3",
            "PART file 4",
            "PART file 5",
            "PART file 6",
            "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).startsWith(content).endsWith(more).hasSize(1324);
  }

  @Test
  void partsSentStayGoodWhenTheBaseIsCopiedOntoItself() throws Exception {
    byte[] content = Arrays.copyOf(large(), 1324);
    StagedFile file = bench.edit(Bench.KEY);
    byte[] more = Bench.random(300, 3);
    System.arraycopy(more, 0, content, 1024, 300);
    Bench.write(file, 1024, more);
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (bench.store.requests().size() < 6 && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
    // As a change of mode does.
    Version copied = bench.put(Bench.KEY, Arrays.copyOf(content, 1024));
    file.rebase(new Base(Bench.KEY, copied, 1024));
    bench.requests();
    bench.publish(file);
    assertThat(bench.requests()).containsExactly("PART file 6", "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
  }

  @Test
  void truncatedLargeObjectIsCopiedAndNothingMoves() throws IOException {
    byte[] content = large();
    StagedFile file = bench.edit(Bench.KEY);
    file.truncate(700);
    bench.publish(file);
    assertThat(bench.requests())
        .containsExactly("CREATE-UPLOAD file", "PART-COPY file 1 <- file 0-699", "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).isEqualTo(Arrays.copyOf(content, 700));
  }

  @Test
  void smallObjectEditedIsOneGetOfWhatIsKeptAndOnePut() throws IOException {
    bench.put(Bench.KEY, Bench.random(50, 1));
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 0, new byte[10]);
    bench.publish(file);
    // All of it, for servers send a checksum with whole objects only.
    assertThat(bench.requests()).containsExactly("GET file", "PUT file");
  }

  @Test
  void smallObjectOverwrittenWholeIsOnePut() throws IOException {
    bench.put(Bench.KEY, Bench.random(50, 1));
    StagedFile file = bench.edit(Bench.KEY);
    file.truncate(0);
    Bench.write(file, 0, new byte[10]);
    bench.publish(file);
    assertThat(bench.requests()).containsExactly("PUT file");
  }

  @Test
  void nothingChangedIsNoRequest() throws IOException {
    bench.put(Bench.KEY, Bench.random(50, 1));
    StagedFile file = bench.edit(Bench.KEY);
    Published published = bench.publish(file);
    assertThat(bench.requests()).isEmpty();
    assertThat(published.stored().version())
        .isEqualTo(bench.memory.head(Bench.KEY).version());
  }

  @Test
  void secondPublishOfTheSameContentIsNoRequest() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, new byte[10]);
    bench.publish(file);
    bench.requests();
    bench.publish(file);
    assertThat(bench.requests()).isEmpty();
  }

  @Test
  void afterPublishSmallEditMovesOnlyWhatChanged() throws IOException {
    byte[] content = Bench.random(1000, 1);
    StagedFile file = bench.create();
    Bench.write(file, 0, content);
    bench.publish(file);
    bench.requests();
    Bench.write(file, 500, new byte[] {9});
    bench.publish(file);
    // The kept bytes of the part are still in the spool: no GET.
    assertThat(bench.requests())
        .containsExactlyInAnyOrder(
            "CREATE-UPLOAD file",
            "PART-COPY file 1 <- file 0-499",
            "PART file 2",
            "PART-COPY file 3 <- file 540-999",
            "COMPLETE file");
  }

  @Test
  void appendWhereObjectsAreComposedKeepsTheWholeObjectAndAnEditDoesNot() throws IOException {
    bench.close();
    bench = new Bench(
        folder.resolve("composing"),
        Bench.SMALL_PARTS.toBuilder()
            .cannot(Feature.PART_COPY)
            .can(Feature.COMPOSE)
            .build(),
        Bench.SPOOL);
    byte[] content = Bench.random(130, 1);
    bench.put(Bench.KEY, content);
    StagedFile appended = bench.edit(Bench.KEY);
    Bench.write(appended, 130, new byte[] {1, 2, 3});
    bench.publish(appended);
    assertThat(bench.requests())
        .containsExactlyInAnyOrder(
            "CREATE-UPLOAD file", "PART-COPY file 1 <- file 0-129", "PART file 2", "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).startsWith(content).endsWith(1, 2, 3).hasSize(133);
    Bench.write(appended, 0, new byte[] {9});
    bench.publish(appended);
    assertThat(bench.requests())
        .contains("PART file 1")
        .noneMatch(request -> request.startsWith("PART-COPY"));
    assertThat(bench.object(Bench.KEY))
        .startsWith(9, content[1])
        .endsWith(1, 2, 3)
        .hasSize(133);
  }

  @Test
  void withoutPartCopyLargeEditIsSentWhole() throws IOException {
    bench.close();
    bench = new Bench(
        folder.resolve("other"),
        Bench.SMALL_PARTS.toBuilder().cannot(Feature.PART_COPY).build(),
        Bench.SPOOL);
    bench.put(Bench.KEY, Bench.random(130, 1));
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 129, new byte[] {9});
    bench.publish(file);
    assertThat(bench.requests())
        .containsExactlyInAnyOrder(
            "CREATE-UPLOAD file",
            "GET file 0-63",
            "PART file 1",
            "GET file 64-127",
            "PART file 2",
            "GET file 128-128",
            "PART file 3",
            "COMPLETE file");
  }

  @Test
  void partThatWasSentAndIsWrittenAgainIsSentAgain() throws Exception {
    byte[] content = Bench.random(200, 1);
    StagedFile file = bench.create();
    Bench.write(file, 0, content);
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (bench.store.requests().size() < 4 && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
    bench.requests();
    Bench.write(file, 3, new byte[] {1, 1});
    content[3] = 1;
    content[4] = 1;
    bench.publish(file);
    assertThat(bench.requests())
        .containsExactlyInAnyOrder("PART file 1", "PART file 4", "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
  }

  private byte[] large() throws IOException {
    byte[] content = Bench.random(1024, 1);
    bench.put(Bench.KEY, content);
    return content;
  }
}

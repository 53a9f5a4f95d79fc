package dev.cove.cli.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountRegistryTest {
  @TempDir
  private Path folder;

  private static MountEntry entry(ProcessIdentity process, Path socket, String... mountPoints) {
    return new MountEntry(
        process,
        socket,
        "/var/log/cove.log",
        List.of(mountPoints).stream()
            .map(point -> new MountEntry.Mounted(
                Path.of(point),
                "s3://bucket\nwith a line end",
                MountEntry.Access.READ_ONLY,
                Instant.parse("2025-01-02T03:04:05Z")))
            .toList());
  }

  @Test
  void entryReadsBackAsItWasWritten() throws IOException {
    MountEntry entry = entry(ProcessIdentity.own(), Path.of("/s.sock"), "/mnt/ü", "/mnt/b c");
    assertThat(MountEntry.fromJson(entry.toJson())).isEqualTo(entry);
  }

  @Test
  void mountsOfLivingProcessesAreFoundByAnyPathInThem() throws IOException {
    MountRegistry registry = new MountRegistry(folder);
    ProcessIdentity own = ProcessIdentity.own();
    MountEntry entry = entry(own, registry.socketFor(own), "/mnt/a", "/mnt/a/inner");
    registry.put(entry);

    assertThat(registry.live()).containsExactly(entry);
    assertThat(registry.find(Path.of("/mnt/a/x/y")).orElseThrow().mount().mountPoint())
        .isEqualTo(Path.of("/mnt/a"));
    assertThat(registry.find(Path.of("/mnt/a/inner/x")).orElseThrow().mount().mountPoint())
        .isEqualTo(Path.of("/mnt/a/inner"));
    assertThat(registry.at(Path.of("/mnt/a"))).isPresent();
    assertThat(registry.at(Path.of("/mnt/a/x"))).isEmpty();
    assertThat(registry.find(Path.of("/mnt/ab"))).isEmpty();

    registry.remove(entry);
    assertThat(registry.live()).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatAKilledProcessLeftIsRemovedThoughItsNumberIsUsedAgain() throws IOException {
    MountRegistry registry = new MountRegistry(folder);
    ProcessIdentity own = ProcessIdentity.own();
    ProcessIdentity before =
        new ProcessIdentity(own.pid(), own.start() - 1, own.boot(), own.namespace());
    Path socket = Files.createFile(registry.socketFor(before));
    registry.put(entry(before, socket, "/mnt/a"));

    assertThat(registry.live()).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void processesOfAnotherContainerAreLeftAlone() throws IOException {
    MountRegistry registry = new MountRegistry(folder);
    ProcessIdentity own = ProcessIdentity.own();
    registry.put(entry(
        new ProcessIdentity(1, 1, own.boot(), "pid:[1]"), folder.resolve("other.sock"), "/mnt/a"));

    assertThat(registry.live()).isEmpty();
    assertThat(folder).isNotEmptyDirectory();
  }

  @Test
  void damagedEntryDoesNotHideTheOthers() throws IOException {
    MountRegistry registry = new MountRegistry(folder);
    ProcessIdentity own = ProcessIdentity.own();
    MountEntry entry = entry(own, registry.socketFor(own), "/mnt/a");
    registry.put(entry);
    Files.writeString(folder.resolve("1-1.json"), "{\"pid\": ");
    Files.writeString(folder.resolve("2-2.json"), "{\"pid\": \"two\"}");

    assertThat(registry.live()).containsExactly(entry);
  }

  @Test
  void socketPathTooLongForTheKernelGoesToAShortFolderOfItsOwn() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("x".repeat(120)));
    MountRegistry registry = new MountRegistry(deep);
    ProcessIdentity own = ProcessIdentity.own();
    Path socket = registry.socketFor(own);
    MountEntry entry = entry(own, socket, "/mnt/a");
    try (ControlServer server =
        ControlServer.start(socket, request -> Map.of("heard", request.get("do")))) {
      registry.put(entry);
      assertThat(new ControlClient(entry)
              .ask(Map.of("do", "this"), Duration.ofSeconds(10))
              .get("heard"))
          .isEqualTo("this");
    }
    registry.remove(entry);
    assertThat(socket.getParent()).doesNotExist();
  }

  @Test
  void failureOfTheServingProcessIsToldWithItsExitStatus() throws IOException {
    MountRegistry registry = new MountRegistry(folder);
    ProcessIdentity own = ProcessIdentity.own();
    MountEntry entry = entry(own, registry.socketFor(own), "/mnt/a");
    try (ControlServer server = ControlServer.start(entry.socket(), request -> {
      throw CommandFailure.keptLocally("2 files are kept");
    })) {
      assertThatThrownBy(
              () -> new ControlClient(entry).ask(Map.of("do", "unmount"), Duration.ofSeconds(10)))
          .isInstanceOfSatisfying(CommandFailure.class, failure -> {
            assertThat(failure.exitCode()).isEqualTo(4);
            assertThat(failure.line()).isEqualTo("2 files are kept");
          });
    }
  }

  @Test
  void processThatHangsIsGivenUpInTime() throws IOException {
    MountRegistry registry = new MountRegistry(folder);
    ProcessIdentity own = ProcessIdentity.own();
    MountEntry entry = entry(own, registry.socketFor(own), "/mnt/a");
    try (ControlServer server = ControlServer.start(entry.socket(), request -> {
      Thread.sleep(500);
      return Map.of();
    })) {
      assertThatThrownBy(
              () -> new ControlClient(entry).ask(Map.of("do", "status"), Duration.ofMillis(50)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("does not answer; its log is /var/log/cove.log");
    }
  }
}

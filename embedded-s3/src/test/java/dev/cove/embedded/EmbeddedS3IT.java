package dev.cove.embedded;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedS3IT {
  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir
  Path directory;

  @Test
  void closingEndsTheProcessAndKeepsTheObjects() throws Exception {
    ProcessHandle process;
    try (EmbeddedS3 server = start()) {
      process = ProcessHandle.of(server.pid()).orElseThrow();
      assertThat(send(HttpRequest.newBuilder(server.endpoint().resolve("/first/a/b"))
              .PUT(HttpRequest.BodyPublishers.ofString("kept"))))
          .isEqualTo("");
    }
    assertThat(process.onExit().get(10, SECONDS).isAlive()).isFalse();
    try (EmbeddedS3 server = start()) {
      assertThat(send(HttpRequest.newBuilder(server.endpoint().resolve("/first/a/b"))))
          .isEqualTo("kept");
    }
  }

  @Test
  void noOtherInterfaceIsListenedOn() throws Exception {
    List<InetAddress> others = NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
        .toList();
    try (EmbeddedS3 server = start()) {
      connect(InetAddress.getLoopbackAddress(), server.endpoint());
      for (InetAddress other : others) {
        assertThatThrownBy(() -> connect(other, server.endpoint()))
            .isInstanceOf(ConnectException.class);
      }
      // Another address of the loopback interface tells a wildcard socket from one bound to
      // 127.0.0.1 on any machine.
      assertThatThrownBy(() -> connect(InetAddress.getByName("127.0.0.2"), server.endpoint()))
          .isInstanceOf(ConnectException.class);
    }
  }

  private EmbeddedS3 start() throws IOException {
    return EmbeddedS3.start(directory, 0, List.of("first"), EmbeddedS3.Lifetime.OF_THIS_PROCESS);
  }

  private String send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString()).body();
  }

  private static void connect(InetAddress address, URI endpoint) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, endpoint.getPort()), 2_000);
    }
  }
}

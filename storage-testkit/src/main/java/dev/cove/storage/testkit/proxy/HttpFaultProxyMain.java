package dev.cove.storage.testkit.proxy;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the proxy by itself, so that benchmarks can measure over a line with latency. */
@Command(
    name = "http-fault-proxy",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Stands before an object store and delays its answers.",
      "Prints the address that clients use, and runs until it is stopped."
    })
public final class HttpFaultProxyMain implements Callable<Integer> {
  private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(us|ms|s)");

  @Parameters(paramLabel = "URL", description = "the server, as http://127.0.0.1:9000")
  private URI server = URI.create("");

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:0",
      description = "where to listen; port 0 takes a free one (default: ${DEFAULT-VALUE})")
  private String listen = "";

  @Option(
      names = "--delay",
      paramLabel = "TIME",
      defaultValue = "0ms",
      description = "how much later each answer arrives: 30ms, 1.5s (default: ${DEFAULT-VALUE})")
  private String delay = "";

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new HttpFaultProxyMain()).execute(arguments));
  }

  @Override
  public Integer call() {
    Duration latency = duration(delay);
    InetSocketAddress address = address(listen);
    try (HttpFaultProxy proxy = start(address)) {
      proxy.latency(latency);
      spec.commandLine().getOut().println(proxy.endpoint());
      spec.commandLine().getOut().flush();
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // Told to stop.
      Thread.currentThread().interrupt();
    }
    return CommandLine.ExitCode.OK;
  }

  private HttpFaultProxy start(InetSocketAddress address) {
    try {
      return HttpFaultProxy.start(server, address, HttpFaultProxy.Recording.COUNT);
    } catch (UncheckedIOException e) {
      throw wrong("cannot listen on " + listen + ": is the port taken?");
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      return new InetSocketAddress(
          text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw wrong("--listen takes HOST:PORT, not " + text);
    }
  }

  private Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw wrong("--delay takes a time as 30ms or 1.5s, not " + text);
    }
    double nanosPerUnit = switch (matcher.group(2)) {
      case "us" -> 1e3;
      case "ms" -> 1e6;
      default -> 1e9;
    };
    return Duration.ofNanos(Math.round(Double.parseDouble(matcher.group(1)) * nanosPerUnit));
  }

  private CommandLine.ParameterException wrong(String what) {
    return new CommandLine.ParameterException(spec.commandLine(), what);
  }
}

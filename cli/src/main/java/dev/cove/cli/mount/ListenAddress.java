package dev.cove.cli.mount;

import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code PORT} on the loopback address, or {@code HOST:PORT}; an IPv6 address in brackets. */
final class ListenAddress implements ITypeConverter<InetSocketAddress> {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int MOST = 65535;

  /** The form that is read. */
  static String text(InetSocketAddress address) {
    String host = address.getHostString();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  @Override
  public InetSocketAddress convert(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? LOOPBACK : text.substring(0, colon).replaceAll("^\\[|]$", "");
    int port;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      port = -1;
    }
    if (host.isEmpty() || port < 0 || port > MOST) {
      throw new TypeConversionException(
          "'" + text + "' is no address: write a port such as 9464, or 127.0.0.1:9464");
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new TypeConversionException("no host '" + host + "' is known");
    }
    return address;
  }
}

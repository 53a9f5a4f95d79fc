package dev.cove.state.redis;

import dev.cove.state.StoreOptions.Login;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is and who asks, from {@code redis://[[USER:]PASSWORD@]HOST[:PORT][/DATABASE]}.
 *
 * @param login null for a server that wants none
 */
record Address(
    boolean encrypted,
    String host,
    int port,
    int database,
    @Nullable Login login) {
  private static final String FORM = ": use redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]";
  private static final int DEFAULT_PORT = 6379;

  /** No message shows any part of a URL that is wrong: it may be its password. */
  static Address of(String url) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the store's URL is malformed" + FORM);
    }
    // Not URI.getHost(), which knows no underscores; container networks do.
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    int at = authority.lastIndexOf('@');
    String place = authority.substring(at + 1);
    int colon = place.lastIndexOf(':');
    boolean hasPort = colon > place.lastIndexOf(']'); // [::1] has colons of its own
    String host = (hasPort ? place.substring(0, colon) : place).replaceAll("^\\[|]$", "");
    if (host.isEmpty()) {
      throw new IllegalArgumentException("the store's URL names no host" + FORM);
    }
    String path = (uri.getRawPath() == null ? "" : uri.getRawPath()).replaceFirst("^/", "");
    return new Address(
        uri.getScheme().equalsIgnoreCase("rediss"),
        host,
        hasPort ? number(place.substring(colon + 1), 65_535, "port") : DEFAULT_PORT,
        path.isEmpty() ? 0 : number(path, Integer.MAX_VALUE, "database"),
        at < 0 ? null : login(authority.substring(0, at)));
  }

  private static int number(String digits, int most, String what) {
    try {
      int number = Integer.parseInt(digits);
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "the store's URL has a " + what + " that is no such number" + FORM);
  }

  private static Login login(String userInfo) {
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? "" : decoded(userInfo.substring(0, colon));
    return new Login(user.isEmpty() ? null : user, decoded(userInfo.substring(colon + 1)));
  }

  private static String decoded(String text) {
    // A plus is itself here, and not a space as in forms.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  Address with(Login other) {
    return new Address(encrypted, host, port, database, other);
  }

  /** Without user and password. */
  String name() {
    String place = host.contains(":") ? "[" + host + "]" : host;
    return (encrypted ? "rediss://" : "redis://") + place + ":" + port;
  }
}

package dev.cove.state.redis;

import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import dev.cove.state.StoreOptions;
import dev.cove.state.StoreOptions.Login;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Makes connections to one server: encrypted and logged in, if it has to be so. */
final class Connector {
  private final Address address;
  private final StoreOptions options;
  private @Nullable SSLSocketFactory trusting;

  Connector(Address address, StoreOptions options) {
    this.address = address;
    this.options = options;
  }

  Address address() {
    return address;
  }

  /** A connection that serves until it is lost, and then never again. */
  static final class Open extends Connection {
    private final OneSocket socket;

    private Open(OneSocket socket, JedisClientConfig configuration) {
      super(socket, configuration);
      this.socket = socket;
    }

    @Override
    public void flush() {
      super.flush();
    }

    /** Ends what any thread does on it, at once. */
    void cut() {
      socket.close();
    }
  }

  /** The driver opens a lost socket anew without logging in or choosing the database; this one refuses. */
  private static final class OneSocket implements JedisSocketFactory {
    private final JedisSocketFactory factory;
    private volatile @Nullable Socket made;

    private OneSocket(JedisSocketFactory factory) {
      this.factory = factory;
    }

    @Override
    public Socket createSocket() {
      if (made != null) {
        throw new JedisConnectionException("the connection was lost");
      }
      Socket socket = factory.createSocket();
      made = socket;
      if (socket instanceof SSLSocket encrypted) {
        shakeHands(encrypted);
      }
      return socket;
    }

    /** The driver would do it at the first request, and wait twice for a server that speaks no TLS. */
    private void shakeHands(SSLSocket encrypted) {
      try {
        encrypted.startHandshake();
      } catch (SocketTimeoutException e) {
        close();
        throw new JedisConnectionException(new SSLException("it did not answer", e));
      } catch (IOException e) {
        close();
        throw new JedisConnectionException(e);
      }
    }

    private void close() {
      Socket socket = made;
      if (socket != null) {
        try {
          socket.close();
        } catch (IOException e) {
          // It is of no more use either way.
        }
      }
    }
  }

  /** @param millis for each step of it to take at most */
  Open connect(int millis) {
    DefaultJedisClientConfig.Builder builder = DefaultJedisClientConfig.builder()
        .resp2()
        .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
        .connectionTimeoutMillis(millis)
        .socketTimeoutMillis(millis)
        .database(address.database())
        .ssl(address.encrypted());
    Login login = address.login();
    if (login != null) {
      builder.credentials(new DefaultRedisCredentials(login.user(), login.password()));
    }
    Path authorities = options.certificates();
    if (address.encrypted() && authorities != null) {
      builder.sslSocketFactory(trusting(authorities));
    }
    JedisClientConfig configuration = builder.build();
    HostAndPort place = new HostAndPort(address.host(), address.port());
    return new Open(
        new OneSocket(new DefaultJedisSocketFactory(place, configuration)), configuration);
  }

  private synchronized SSLSocketFactory trusting(Path authorities) {
    SSLSocketFactory made = trusting;
    if (made == null) {
      try (InputStream pem = Files.newInputStream(authorities)) {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
          store.setCertificateEntry("authority " + number++, one);
        }
        TrustManagerFactory managers =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        made = context.getSocketFactory();
        trusting = made;
      } catch (IOException | GeneralSecurityException e) {
        throw new StateException(
            Reason.FAILED,
            "the certificates to trust " + address.name() + " with cannot be read from "
                + authorities + ": name a PEM file",
            e);
      }
    }
    return made;
  }
}

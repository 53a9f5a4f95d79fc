package dev.cove.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.gcs.GcsErrors.NoCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives each request its token; the credentials are looked for at the first. */
final class GcsAuthentication extends Credentials {

  private static final long serialVersionUID = 1L;

  private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.full_control";

  private final transient GcsCredentials source;
  private final transient HttpTransport transport;

  @GuardedBy("this")
  private transient @Nullable String json;

  @GuardedBy("this")
  private transient @Nullable GoogleCredentials credentials;

  GcsAuthentication(GcsCredentials source, HttpTransport transport) {
    this.source = source;
    this.transport = transport;
  }

  @Override
  public String getAuthenticationType() {
    return "OAuth2";
  }

  @Override
  public boolean hasRequestMetadata() {
    return true;
  }

  @Override
  public boolean hasRequestMetadataOnly() {
    return true;
  }

  @Override
  public Map<String, List<String>> getRequestMetadata(@Nullable URI uri) throws IOException {
    return current().getRequestMetadata(uri);
  }

  @Override
  public void refresh() throws IOException {
    current().refresh();
  }

  private synchronized GoogleCredentials current() throws IOException {
    GoogleCredentials present = credentials;
    if (source instanceof GcsCredentials.Json key) {
      String text = key.supplier().get();
      if (present == null || !text.equals(json)) {
        present = read(key.name(), text);
        json = text;
      }
    } else if (present == null) {
      present = applicationDefault();
    }
    credentials = present;
    return present;
  }

  private GoogleCredentials applicationDefault() throws NoCredentials {
    try {
      // Not by this store's connections: the library keeps what it found for the whole process, and
      // with it the connections that it was found with, which may be closed while others use it.
      return GoogleCredentials.getApplicationDefault().createScoped(SCOPE);
    } catch (IOException | RuntimeException e) {
      String file = System.getenv("GOOGLE_APPLICATION_CREDENTIALS");
      throw new NoCredentials(
          file == null || file.isEmpty()
              ? "no usable credentials were found; run 'gcloud auth application-default login', name"
                  + " a key file in GOOGLE_APPLICATION_CREDENTIALS, give a secret, or use"
                  + " --anonymous for a public bucket"
              : "GOOGLE_APPLICATION_CREDENTIALS names no readable key: " + file,
          e);
    }
  }

  private GoogleCredentials read(String name, String text) throws NoCredentials {
    try {
      return GoogleCredentials.fromStream(
              new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), () -> transport)
          .createScoped(SCOPE);
    } catch (IOException | RuntimeException e) {
      // Neither the text nor what its parser says of it: both may hold the key.
      throw new NoCredentials(
          name + " is no key in JSON as Google writes them for service accounts and users", null);
    }
  }
}

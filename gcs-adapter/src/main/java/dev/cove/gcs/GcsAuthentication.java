package dev.cove.gcs;

import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpTransport;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.gcs.GcsErrors.NoCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Gives each request its token; the credentials are looked for at the first. */
final class GcsAuthentication implements HttpRequestInitializer {

  private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.full_control";

  private final GcsCredentials source;
  private final HttpTransport transport;

  @GuardedBy("this")
  private @Nullable String json;

  @GuardedBy("this")
  private @Nullable HttpCredentialsAdapter adapter;

  GcsAuthentication(GcsCredentials source, HttpTransport transport) {
    this.source = source;
    this.transport = transport;
  }

  @Override
  public void initialize(HttpRequest request) throws IOException {
    if (!(source instanceof GcsCredentials.Anonymous)) {
      adapter().initialize(request);
    }
  }

  private synchronized HttpCredentialsAdapter adapter() throws IOException {
    HttpCredentialsAdapter present = adapter;
    if (source instanceof GcsCredentials.Json key) {
      String text = key.supplier().get();
      if (present == null || !text.equals(json)) {
        present = new HttpCredentialsAdapter(read(key.name(), text));
        json = text;
      }
    } else if (present == null) {
      present = new HttpCredentialsAdapter(applicationDefault());
    }
    adapter = present;
    return present;
  }

  private GoogleCredentials applicationDefault() throws NoCredentials {
    try {
      return GoogleCredentials.getApplicationDefault(() -> transport).createScoped(SCOPE);
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

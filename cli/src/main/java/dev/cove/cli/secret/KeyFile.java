package dev.cove.cli.secret;

import static java.util.Objects.requireNonNull;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.Configuration;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.config.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;

/** The file with the key that opens every secret of a user: a keyset of Tink. */
final class KeyFile {
  private static final SealedFile FORMAT = new SealedFile("cove-key");
  // Its own key formats and ciphers alone, instead of the registry that all of Tink shares: faster
  // to load.
  private static final Configuration CONFIGURATION = AeadConfig2026.get();

  private final Path file;

  KeyFile(Path file) {
    this.file = file;
  }

  Path path() {
    return file;
  }

  /**
   * The key; empty when there is no file.
   *
   * @throws CommandFailure when others can read it, it is someone else's, or it holds no key
   */
  Optional<Aead> open() {
    try {
      checkPrivate();
      return Optional.of(keyset(FORMAT.read(file)).getPrimitive(CONFIGURATION, Aead.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw CommandFailure.failed(
          "the key file " + shown() + " cannot be read: " + Folders.reason(e), e);
    } catch (GeneralSecurityException e) {
      throw CommandFailure.failed("the key file " + shown() + " is damaged; put a copy of it back");
    }
  }

  /** Makes a key for the first secret; to be called under the store's lock. */
  Aead make() {
    try {
      KeysetHandle keyset =
          KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, CONFIGURATION);
      FORMAT.replace(
          file,
          TinkProtoKeysetFormat.serializeKeyset(
              keyset, InsecureSecretKeyAccess.get(), CONFIGURATION));
      return keyset.getPrimitive(CONFIGURATION, Aead.class);
    } catch (IOException e) {
      throw CommandFailure.failed(
          "the key file " + shown() + " cannot be written: " + Folders.reason(e), e);
    } catch (GeneralSecurityException e) {
      throw CommandFailure.failed("this Java runtime cannot make a key: " + e.getMessage(), e);
    }
  }

  private static KeysetHandle keyset(byte[] bytes) throws GeneralSecurityException {
    return TinkProtoKeysetFormat.parseKeyset(bytes, InsecureSecretKeyAccess.get(), CONFIGURATION);
  }

  private void checkPrivate() throws IOException {
    Map<String, Object> found =
        Files.readAttributes(file, "unix:uid,mode,isRegularFile", LinkOption.NOFOLLOW_LINKS);
    if (!Boolean.TRUE.equals(found.get("isRegularFile"))) {
      throw CommandFailure.failed("the key file " + shown() + " is no ordinary file");
    }
    int owner = (int) requireNonNull(found.get("uid"));
    if (owner != Folders.uid()) {
      throw CommandFailure.failed(
          "the key file " + shown() + " belongs to the user with id " + owner + ", not to you");
    }
    int mode = (int) requireNonNull(found.get("mode")) & 0777;
    if ((mode & 077) != 0) {
      throw CommandFailure.failed(String.format(
          "others can read the key file %s (mode %03o): make it yours alone with 'chmod 600', and"
              + " consider its secrets known",
          shown(), mode));
    }
  }

  private String shown() {
    return SealedFile.shown(file);
  }
}

package dev.cove.state.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cove.state.StoreOptions.Login;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "redis://cache, false, cache, 6379, 0, redis://cache:6379",
    "redis://my_cache:7000/3, false, my_cache, 7000, 3, redis://my_cache:7000",
    "rediss://127.0.0.1:6380/, true, 127.0.0.1, 6380, 0, rediss://127.0.0.1:6380",
    "REDISS://[::1]:6380, true, ::1, 6380, 0, rediss://[::1]:6380",
    "redis://[::1], false, ::1, 6379, 0, redis://[::1]:6379",
  })
  void aUrlNamesServerAndDatabase(
      String url, boolean encrypted, String host, int port, int database, String name) {
    Address address = Address.of(url);
    assertThat(address).isEqualTo(new Address(encrypted, host, port, database, null));
    assertThat(address.name()).isEqualTo(name);
  }

  @Test
  void aUrlMayHoldUserAndPasswordOrThePasswordAlone() {
    assertThat(Address.of("redis://ann:p%40ss+1@cache").login())
        .isEqualTo(new Login("ann", "p@ss+1"));
    assertThat(Address.of("redis://:pass:word@cache").login())
        .isEqualTo(new Login(null, "pass:word"));
    assertThat(Address.of("redis://password@cache").login()).isEqualTo(new Login(null, "password"));
    assertThat(Address.of("redis://ann:secret@cache:7000/1").name())
        .isEqualTo("redis://cache:7000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://",
        "redis:cache",
        "redis://user:s3same@",
        "redis://:s3same@cache:port",
        "redis://:s3same@cache:70000",
        "redis://:s3same@cache/db",
        "redis://:s3same@cache/-1",
        "redis://:s3 same@cache",
      })
  void aUrlThatIsNoneIsRefusedWithoutShowingIt(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Address.of(url))
        .withMessageContaining("redis://[USER:PASSWORD@]HOST")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3"));
  }
}

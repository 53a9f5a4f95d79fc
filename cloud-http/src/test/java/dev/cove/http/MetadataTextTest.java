package dev.cove.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MetadataTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "33188",
        "plain words",
        "Grüße",
        "日本語 😀",
        " outer space ",
        "two  spaces",
        "=?UTF-8?B?w7w=?=",
        "=?",
        "line\nbreak\r\tand \u0000",
        "\u0085\u2028"
      })
  void anyTextTravelsAsPrintableAsciiAndComesBackTheSame(String text) {
    String header = MetadataText.encode(text);
    assertThat(header).matches("[ -~]*").doesNotContain("  ").isEqualTo(header.strip());
    assertThat(MetadataText.decode(header)).isEqualTo(text);
  }

  @Test
  void whatIsPlainTravelsAsItIsSoThatOtherToolsReadIt() {
    assertThat(MetadataText.encode("33188")).isEqualTo("33188");
    assertThat(MetadataText.encode("1732376520.123456789")).isEqualTo("1732376520.123456789");
  }

  @ParameterizedTest
  @CsvSource({
    "=?UTF-8?B?w7Y=?=,ö",
    "=?utf-8?q?=C3=B6ha?=,öha",
    "=?UTF-8?Q?a_b=5Fc?=,a b_c",
    "=?ISO-8859-1?Q?=F6?=,ö",
    "=?UTF-8?B?w7Y=?= =?UTF-8?B?w7Y=?=,öö",
    "=?UTF-8?B?8J8=?= =?UTF-8?B?mIA=?=,😀",
    "before =?UTF-8?Q?=C3=B6?= after,before ö after"
  })
  void encodedWordsOfServersAreRead(String header, String text) {
    assertThat(MetadataText.decode(header)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"=?", "=?UTF-8?B?", "=?none-such?B?w7Y=?=", "=?UTF-8?B?***?=", "=?UTF-8?Q?=Z?="})
  void whatOnlyLooksLikeAnEncodedWordIsLeftAlone(String header) {
    assertThat(MetadataText.decode(header)).isEqualTo(header);
  }

  @Test
  void plainUtf8OfOtherServersIsReadAndLatin1IsKept() {
    assertThat(MetadataText.decode(new String("Grüße".getBytes(UTF_8), ISO_8859_1)))
        .isEqualTo("Grüße");
    assertThat(MetadataText.decode("Gr\u00fc\u00dfe")).isEqualTo("Gr\u00fc\u00dfe");
  }
}

package dev.cove.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ValuesTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "256m, 268435456",
    "1g, 1073741824",
    "1GiB, 1073741824",
    "64 KB, 65536",
    "2T, 2199023255552",
    "8388607t, 9223370937343148032",
  })
  void sizesAreBytesOrPowersOf1024(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "m", "-1", "1.5g", "1x", "8388608t", "99999999999999999999"})
  void whatIsNoSizeIsRefusedWithItsText(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1023, 1023", "1024, 1k", "1536, 1536", "67108864, 64m", "1099511627776, 1t"})
  void sizesArePrintedInTheirShortestExactForm(long bytes, String text) {
    assertThat(new ByteSize(bytes)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({
    "500ms, 500",
    "1.5s, 1500",
    "2m, 120000",
    "1h, 3600000",
    "7d, 604800000",
    "0, 0",
    "10, 10000"
  })
  void lengthsOfTimeHaveUnitsAndSecondsWithoutOne(String text, long millis) {
    assertThat(TimeSpan.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "-1s", "1w", "1 year", "999999999999d"})
  void whatIsNoLengthOfTimeIsRefusedWithItsText(String text) {
    assertThatThrownBy(() -> TimeSpan.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void escapeCodesAndLineEndsInNamesAreShownNotObeyed() {
    assertThat(Printable.line("a\u001b[31mred\nnext\tü 😀 \u202Ereversed\u0007"))
        .isEqualTo("a\\x1b[31mred\\nnext\\tü 😀 \\u202ereversed\\x07");
  }

  @Test
  void halfOfASurrogatePairIsEscaped() {
    assertThat(Printable.line("x\uD800y")).isEqualTo("x\\ud800y");
  }

  @ParameterizedTest
  @CsvSource({"--regoin, --region", "--memoy, --memory", "--end, --endpoint-url", "--Rw, --rw"})
  void nearestNameIsSuggested(String typed, String meant) {
    assertThat(Suggestions.nearest(
            typed, List.of("--region", "--memory", "--endpoint-url", "--rw", "--uid")))
        .contains(meant);
  }

  @Test
  void nothingIsSuggestedWhenNothingIsNear() {
    assertThat(Suggestions.nearest("--frobnicate", List.of("--region", "--rw"))).isEmpty();
  }

  @Test
  void jsonReadsBackAsItWasWritten() {
    Map<String, Object> value = Map.of(
        "text",
        "quote \" newline \n ü 😀",
        "number",
        9_007_199_254_740_993L,
        "flag",
        true,
        "list",
        List.of(Map.of("a", 1L), "b"));
    String line = JsonText.write(value);
    assertThat(line).doesNotContain("\n");
    assertThat(JsonText.readObject(line)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{} {}", "{\"a\":}", "null"})
  void whatIsNotOneJsonObjectIsRefused(String text) {
    assertThatThrownBy(() -> JsonText.readObject(text))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

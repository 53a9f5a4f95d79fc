package dev.cove.cli.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What the values of a secret are read from, and that no message repeats one. */
final class EntrySourcesTest {
  private static final String MARKER = "plain-marker-2846";

  private static void assertRefused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call).isInstanceOfSatisfying(CommandFailure.class, failure -> {
      assertThat(failure.exitCode()).isEqualTo(ExitCodes.USAGE);
      assertThat(failure.line()).contains(parts).doesNotContain(MARKER, "\n");
      // Stack traces are printed with --verbose.
      assertThat(failure).hasNoCause();
    });
  }

  private static Map<String, String> dotenv(String text) {
    return Dotenv.parse(".env", text);
  }

  @Test
  void dotenvFilesAreReadAsTheirProgramsReadThem() {
    assertThat(
            dotenv("A=1\nexport B = two words \r\n# C=3\n\n  D=a#b # comment\nE=\nF=#x\nG=a=b=="))
        .isEqualTo(Map.of("A", "1", "B", "two words", "D", "a#b", "E", "", "F", "", "G", "a=b=="));
    assertThat(dotenv(
            "A='$x \\n #'  # comment\nB=\"a\\n\\\"b\\\\ \\$c\"\nC=\"two\nlines\"\nD=p$w\nE=x\n"))
        .isEqualTo(
            Map.of("A", "$x \\n #", "B", "a\n\"b\\ $c", "C", "two\nlines", "D", "p$w", "E", "x"));
    assertThat(dotenv("")).isEmpty();
  }

  @Test
  void aDotenvLineThatIsNoneIsNamedByItsNumberAndKey() {
    assertRefused(() -> dotenv("A=1\n" + MARKER + "\nB=2"), ".env: line 2", "equals sign");
    assertRefused(() -> dotenv("\n\n" + MARKER + "!=" + MARKER), ".env: line 3", "a key is");
    assertRefused(() -> dotenv("A=\"" + MARKER + "\nB=2"), ".env: line 1: A", "closing quote");
    assertRefused(() -> dotenv("A='x' " + MARKER), ".env: line 1: A", "more behind");
  }

  @Test
  void jsonObjectsOfStringsAreRead() {
    assertThat(JsonEntries.parse("f", "{\"A\": \"1\", \"B_2\": \"two\\nlines ü\"}"))
        .isEqualTo(Map.of("A", "1", "B_2", "two\nlines ü"));
  }

  @Test
  void jsonThatIsNoSuchObjectIsNamedByItsLineOrKey() {
    for (String text :
        List.of("", "[]", "\"" + MARKER + "\"", MARKER, "{\"A\": \"1\"", "{\"A\" \"1\"}")) {
      assertRefused(() -> JsonEntries.parse("f.json", text), "f.json is no JSON object");
    }
    assertRefused(() -> JsonEntries.parse("f", "{\"A\":\n" + MARKER + "}"), "line 2, column ");
    assertRefused(
        () -> JsonEntries.parse("f", "{\"A\":\"1\"} {\"B\":\"" + MARKER + "\"}"), "more than one");
    for (String value : List.of("1", "1e999999999", "true", "null", "{}", "[\"" + MARKER + "\"]")) {
      assertRefused(
          () -> JsonEntries.parse("f", "{\"A\":" + value + "}"), "the value of A is no string");
    }
    assertRefused(
        () -> JsonEntries.parse("f", "{\"" + MARKER + "\": \"1\"}"), "f: key 1", "a key is");
  }

  @Test
  void wordsAreNamedByTheirKeyOrPlace() throws Exception {
    CommandLineEntries given = CommandLineEntries.parse("s", List.of("A=1", "B=", "C=x=y", "D=-"));
    assertThat(given.shown()).isTrue();
    assertThat(CommandLineEntries.parse("s", List.of("A=-", "B=")).shown()).isFalse();
    assertRefused(
        () -> CommandLineEntries.parse("s", List.of("A=1", MARKER)),
        "'s'",
        "word 2",
        "equals sign");
    assertRefused(
        () -> CommandLineEntries.parse("s", List.of("A=" + MARKER, "A=-")), "'s'", "A", "twice");
    assertRefused(
        () -> CommandLineEntries.parse("s", List.of("a b=" + MARKER)), "word 1", "a key is");
    assertRefused(() -> CommandLineEntries.parse("s", List.of("9=" + MARKER)), "a key is");
  }

  @Test
  void aKeyOfGoogleIsLookedAtBeforeItIsUsed() {
    assertThat(key(SERVICE_ACCOUNT)).isEqualTo(SERVICE_ACCOUNT);
    assertThat(key(AUTHORIZED_USER)).isEqualTo(AUTHORIZED_USER);
    for (String text :
        List.of(MARKER, "{\"type\":" + MARKER, "[]", "{} {}", "{\"n\":" + "9".repeat(40) + "}")) {
      assertRefused(
          () -> key(text),
          "GOOGLE_APPLICATION_CREDENTIALS_JSON of the secret 'gcp'",
          "no JSON object");
    }
    for (String text : List.of("{}", "{\"type\":\"" + MARKER + "\"}", "{\"type\":1}")) {
      assertRefused(
          () -> key(text), "GOOGLE_APPLICATION_CREDENTIALS_JSON of the secret 'gcp'", "type");
    }
    assertRefused(
        () -> key("{\"type\":\"authorized_user\",\"client_id\":\"" + MARKER + "\"}"),
        "of the secret 'gcp' has no \"client_secret\"");
    assertRefused(
        () -> key(SERVICE_ACCOUNT.replace("MII", MARKER)),
        "of the secret 'gcp'",
        "\"private_key\"");
    assertRefused(
        () -> GoogleKey.json(new Entries("aws", Map.of("AWS_ACCESS_KEY_ID", MARKER))),
        "the secret 'aws' has no GOOGLE_APPLICATION_CREDENTIALS_JSON, which a gs:// bucket needs; it"
            + " has AWS_ACCESS_KEY_ID");
  }

  private static String key(String text) {
    return GoogleKey.json(new Entries("gcp", Map.of(GoogleKey.KEY, text)));
  }

  private static final String AUTHORIZED_USER =
      "{\"type\":\"authorized_user\",\"client_id\":\"i\",\"client_secret\":\"s\",\"refresh_token\":\"r\"}";

  // Made for this test; opens nothing.
  private static final String SERVICE_ACCOUNT =
      "{\"type\":\"service_account\",\"project_id\":\"p\",\"private_key_id\":\"k\",\"client_id\":\"1\","
          + "\"client_email\":\"a@p.iam.gserviceaccount.com\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n"
          + "MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAMzT+bEyfTkVZJjg\\n"
          + "rNqc1bwhTaJ3dTmfPSvAGLLRwpvm4wzexpg1Miiy/zNNuwmDejaP6863O36RzZgZ\\n"
          + "EvmJ1koNDAiVtKlStDZraJi3WfmNfNhwB5M4mGtFoqnTjWMRQdJ0U13/7S9j6GAg\\n"
          + "qFKvbRRN+t5H2ATN02SQ/wYIn5KBAgMBAAECgYEAmtZrXN5z9yEK6N5/DMuebxcl\\n"
          + "3vk67pJH5bjTcupKmRwS63nE2u7rugSGErxh9bEkQ/bMJXoySV3i82WRCH6ANCP9\\n"
          + "WiL5RRwWNNIguF+JIHWKZheUXCMLq2vYubMF8h6v4U8LlvCTEEwcC4THfSGxUWbv\\n"
          + "t/fNOXJy4NkDXFOuDCECQQDszgPXgoVjYi6NsknicTVXEwzCJk6uprEKfSYGIrS3\\n"
          + "KknKWu9jSFKdBl1NN7f8zZLc3rxsQnqZiCY5MsViUUr9AkEA3W5nn5PKzTrbEEWN\\n"
          + "3InvgufxRDnwzNTJuacFWUcP2IwBa3OPMjz+mJ+FDH4KMT22n2nqpwa1VSAe39zs\\n"
          + "/tdG1QJAIQLXJkPbtG8LblVcV2TQusK9FJOihFZYd83abyCHcMFEaCElHgIHAjzQ\\n"
          + "5OLPkz5VKtUiDzV1QdHpAjBBs+MBQQJBAL3CVpU/j2VvUbpREPB1WMdDQ9RnHwA6\\n"
          + "PqGWC5RlvKOj37eYsZepA7oBwoBhJxTpwS4+E3SN4CoSO8M2zfbav/0CQGgAowv8\\n"
          + "j/FqvSqZeigohTLgJYfEdU1xR/z6pvhAG9VDlF1Uym7MvgpvjirtX0vMYPQ7Euwv\\n"
          + "ZCP/Dx762hB2PSY=\\n"
          + "-----END PRIVATE KEY-----\\n\"}";
}

package dev.cove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages on what a mount and a volume promise say nothing that no test holds. */
final class SemanticsTest {
  private static final Path ROOT = root();
  private static final String NAME = "[A-Z]\\w*\\.[a-z]\\w*";
  // What comes after it names the tests that hold it.
  private static final Pattern PROVEN =
      Pattern.compile("(.*?)\\s*\\[(" + NAME + "(?:,\\s*" + NAME + ")*)]", Pattern.DOTALL);
  // A sentence ends with a mark and the next one begins, maybe with a word in code or bold.
  private static final Pattern SENTENCE_END = Pattern.compile("[.!?]\\s+[\"`*(]*[A-Z-]");

  private static final List<String> PAGES = List.of("docs/SEMANTICS.md", "docs/VOLUMES.md");
  // What becomes of two changes, which MergeTableTest reads from the page itself.
  private static final Pattern OUTCOMES =
      Pattern.compile("\\| [a-z]+ (\\| (merged|conflict|-) )+\\|\\s*");

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("docs/SEMANTICS.md"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  /** What the page says and the tests it names for that. */
  private record Claim(String text, List<String> tests) {}

  @Test
  void everySentenceNamesATest() throws IOException {
    List<String> unproven = new ArrayList<>();
    for (String block : blocks()) {
      List<Claim> claims = claims(block);
      String rest = block.substring(claimedLength(block)).strip();
      if (!rest.isEmpty() && !rest.matches("[|\\s]+")) {
        unproven.add(rest);
      }
      claims.stream()
          .map(Claim::text)
          .filter(text -> SENTENCE_END.matcher(text).find())
          .forEach(unproven::add);
    }
    assertThat(unproven).as("sentences without a test").isEmpty();
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Map<String, List<Path>> sources = sources();
    List<String> missing = new ArrayList<>();
    for (String block : blocks()) {
      for (Claim claim : claims(block)) {
        claim.tests().stream()
            .filter(test ->
                sources.getOrDefault(test.substring(0, test.indexOf('.')), List.of()).stream()
                    .noneMatch(has(test.substring(test.indexOf('.') + 1))))
            .forEach(missing::add);
      }
    }
    assertThat(missing).as("tests that are named and nobody has").isEmpty();
  }

  @Test
  void aSentenceWithoutATestIsFound() {
    assertThat(claims("One. Two. [ATest.two]"))
        .singleElement()
        .matches(claim -> SENTENCE_END.matcher(claim.text()).find());
    assertThat(claims("One. [ATest.one] Two. [BTest.two, CTest.three]"))
        .extracting(Claim::tests)
        .containsExactly(List.of("ATest.one"), List.of("BTest.two", "CTest.three"));
    assertThat(claimedLength("Only this.")).isZero();
  }

  private static List<Claim> claims(String block) {
    List<Claim> claims = new ArrayList<>();
    Matcher matcher = PROVEN.matcher(block);
    while (matcher.find()) {
      claims.add(new Claim(matcher.group(1).strip(), List.of(matcher.group(2).split(",\\s*"))));
    }
    return claims;
  }

  private static int claimedLength(String block) {
    int end = 0;
    Matcher matcher = PROVEN.matcher(block);
    while (matcher.find()) {
      end = matcher.end();
    }
    return end;
  }

  /** Paragraphs, items of lists and rows of tables; headings and the heads of tables say nothing. */
  private static List<String> blocks() throws IOException {
    List<String> blocks = new ArrayList<>();
    for (String page : PAGES) {
      blocks.addAll(blocks(Files.readAllLines(ROOT.resolve(page))));
    }
    assertThat(blocks).isNotEmpty();
    return blocks;
  }

  private static List<String> blocks(List<String> lines) {
    List<String> blocks = new ArrayList<>();
    StringBuilder block = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      boolean headOfTable =
          line.startsWith("|") && i + 1 < lines.size() && lines.get(i + 1).startsWith("|--");
      if (line.isBlank() || line.startsWith("#") || line.startsWith("|") || line.startsWith("- ")) {
        blocks.add(block.toString());
        block.setLength(0);
      }
      if (!line.startsWith("#") && !line.startsWith("|--") && !headOfTable) {
        block.append(line).append('\n');
      }
    }
    blocks.add(block.toString());
    blocks.removeIf(each -> each.isBlank() || OUTCOMES.matcher(each).matches());
    return blocks;
  }

  private static Map<String, List<Path>> sources() throws IOException {
    Map<String, List<Path>> sources = new HashMap<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(Files::isDirectory).toList()) {
        Path tests = module.resolve("src/test/java");
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            files
                .filter(file -> file.toString().endsWith(".java"))
                .forEach(file -> sources
                    .computeIfAbsent(
                        file.getFileName().toString().replace(".java", ""),
                        name -> new ArrayList<>())
                    .add(file));
          }
        }
      }
    }
    return sources;
  }

  private static Predicate<Path> has(String method) {
    // Marked as a test, with other marks between perhaps.
    Pattern declared = Pattern.compile(
        "@(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\\b(?:(?!\\bvoid\\b|Stream<).)*"
            + "(?:void|Stream<DynamicTest>)\\s+"
            + method
            + "\\(",
        Pattern.DOTALL);
    return file -> {
      try {
        return declared.matcher(Files.readString(file)).find();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    };
  }
}

package dev.cove.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code -Pbill-of-materials} says is what was built beside it. */
@Tag("newest-jdk")
final class BillOfMaterialsIT {
  private static final Path BUILD = Path.of("").toAbsolutePath().resolveSibling("cli/target");
  private static final Pattern COMPONENT =
      Pattern.compile("\"bom-ref\" : \"pkg:maven/[^/]+/([^@]+)@([^?\"]+)");
  private static final Pattern LICENSED =
      Pattern.compile("(?m)^ +\\((.+?)\\).*\\([^:()]+:([^:()]+):([^:() ]+) - ");

  @BeforeAll
  static void whereItWasAskedFor() {
    // ./test asks for it before all else; a build of one module by hand does not.
    assumeTrue("true".equals(System.getenv("CI")) || Files.exists(BUILD.resolve("bom.json")));
  }

  private static List<String> jars() throws IOException {
    try (Stream<Path> files = Files.list(BUILD.resolve("lib"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".jar"))
          .map(name -> name.replaceFirst("(-native)?\\.jar$", ""))
          .toList();
    }
  }

  @Test
  void everyJarThatShipsIsInTheBillOfMaterials() throws IOException {
    Set<String> named = new HashSet<>();
    Matcher component = COMPONENT.matcher(Files.readString(BUILD.resolve("bom.json")));
    while (component.find()) {
      named.add(component.group(1) + "-" + component.group(2));
    }
    assertThat(jars()).hasSizeGreaterThan(50).isSubsetOf(named);
  }

  @Test
  void everyJarOfOthersThatShipsIsListedWithItsLicence() throws IOException {
    Set<String> listed = new HashSet<>();
    Matcher line = LICENSED.matcher(Files.readString(BUILD.resolve("third-party.txt")));
    while (line.find()) {
      listed.add(line.group(2) + "-" + line.group(3));
    }
    assertThat(jars().stream().filter(name -> !name.endsWith("-SNAPSHOT")))
        .hasSizeGreaterThan(50)
        .isSubsetOf(listed);
  }
}

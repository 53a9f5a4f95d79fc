package dev.cove.it;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.conditions.ArchConditions.haveModifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of the house, checked on every class that ships. */
final class ArchitectureTest {
  private static final String[] ADAPTERS = {
    "dev.cove.s3..", "dev.cove.gcs..", "dev.cove.directory..", "dev.cove.state.."
  };
  private static final String[] WIRING = {"dev.cove.cli..", "dev.cove.driver.."};

  private static final JavaClasses COVE = new ClassFileImporter()
      .withImportOption(location -> !location.contains("/test-classes/"))
      .importPackages("dev.cove");

  @Test
  void everyModuleIsSeen() {
    // A module that no test sees would keep every rule below without being looked at.
    assertThat(COVE.stream().map(JavaClass::getPackageName).distinct())
        .contains(
            "dev.cove.storage",
            "dev.cove.storage.testkit",
            "dev.cove.s3",
            "dev.cove.directory",
            "dev.cove.fuse",
            "dev.cove.state",
            "dev.cove.cli");
  }

  @Test
  void storageApiDependsOnNoOtherModule() {
    check(noClasses()
        .that(resideInAPackage("dev.cove.storage..")
            .and(not(resideInAPackage("dev.cove.storage.testkit.."))))
        .should()
        .dependOnClassesThat(resideInAPackage("dev.cove..")
            .and(not(resideInAPackage("dev.cove.storage..")))
            .or(resideInAPackage("dev.cove.storage.testkit.."))));
  }

  @Test
  void onlyThePackageFuseSpeaksFuse() {
    check(noClasses()
        .that()
        .resideOutsideOfPackage("dev.cove.fuse..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ru.serce.jnrfuse..", "jnr..", "com.kenai.jffi.."));
  }

  @Test
  void nothingTheTransportBuildsOnKnowsIt() {
    check(noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.cove.fuse..", "dev.cove.mount..", "dev.cove.cli..", "dev.cove.driver..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.cove.fuse.."));
  }

  @ParameterizedTest
  @CsvSource({
    "software.amazon..,      dev.cove.s3..",
    "com.google.cloud..,     dev.cove.gcs..",
    "com.google.api..,       dev.cove.gcs..",
    "com.google.auth..,      dev.cove.gcs..",
    "redis.clients..,        dev.cove.state..",
    "io.lettuce..,           dev.cove.benchmarks..",
    "io.netty..,             dev.cove.state..",
    "org.sqlite..,           dev.cove.state..",
    "picocli..,              dev.cove.cli..",
  })
  void libraryStaysInTheModuleThatAdaptsIt(String library, String module) {
    check(noClasses()
        .that()
        .resideOutsideOfPackages(module, "dev.cove.storage.testkit..") // It never ships.
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library));
  }

  @Test
  void adaptersOfferNoTypeOfTheirSdk() {
    check(codeUnits()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(resideInAnyPackage(ADAPTERS)
            .and(describe("are public", c -> c.getModifiers().contains(PUBLIC))))
        .should()
        .notHaveRawReturnType(resideInAnyPackage(
            "software.amazon..", "com.google..", "redis.clients..", "org.sqlite.."))
        .andShould()
        .notHaveRawParameterTypes(describe(
            "of an SDK",
            types -> types.stream()
                .anyMatch(resideInAnyPackage(
                    "software.amazon..", "com.google..", "redis.clients..", "org.sqlite..")))));
  }

  @Test
  void onlyTheCommandAndTheDriverWireModulesTogether() {
    for (String adapter : ADAPTERS) {
      check(noClasses()
          .that(not(resideInAnyPackage(WIRING)).and(not(resideInAPackage(adapter))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(adapter));
    }
    check(noClasses()
        .that(not(resideInAnyPackage(WIRING)))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(WIRING));
  }

  @Test
  void embeddedServerStaysInItsOwnProcess() {
    check(noClasses()
        .that()
        .resideOutsideOfPackage("dev.cove.embedded..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "org.apache.catalina.."));
  }

  @Test
  void testKitNeverShips() {
    check(noClasses()
        .that()
        .resideOutsideOfPackage("dev.cove.storage.testkit..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.cove.storage.testkit..", "org.junit..", "org.assertj.."));
  }

  @Test
  void packagesFormNoCycle() {
    check(slices().matching("dev.cove.(**)").should().beFreeOfCycles());
  }

  @Test
  void classThatNothingExtendsIsFinal() {
    check(classes()
        .that(describe(
            "are concrete and have no subclass",
            c -> !c.isInterface()
                && !c.isEnum()
                && !c.isAnonymousClass()
                && !c.getModifiers().contains(ABSTRACT)
                && c.getSubclasses().isEmpty()))
        .should(haveModifier(FINAL)));
  }

  @Test
  void onlyTheCommandWritesToStandardStreams() {
    // The embedded server is a program of its own.
    check(noClasses()
        .that(not(resideInAnyPackage(WIRING)).and(not(resideInAPackage("dev.cove.embedded.."))))
        .should(ACCESS_STANDARD_STREAMS));
  }

  @Test
  void everyPackageSaysItsNullness() {
    assertThat(COVE.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(p -> p.tryGetPackageInfo().isEmpty() || !p.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName))
        .isEmpty();
  }

  private static void check(ArchRule rule) {
    // Rules are here before the modules they guard have classes.
    rule.allowEmptyShould(true).check(COVE);
  }
}

package org.openclip.search;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.Predefined;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds for the six modules holds here. */
@Tag("once")
class ArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.openclip.search");

  @Test
  void onlyTheApiAndTheHubAreKnown() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.openclip.models..", "org.openclip.backend..", "org.openclip.train..")
        .check(ALL);
    noClasses()
        .that()
        .resideOutsideOfPackage("org.openclip.search.command")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.openclip.hub.cli..", "info.picocli..", "picocli..")
        .check(ALL);
  }

  @Test
  void packagesAreNullMarkedAndFormNoCycles() {
    slices().matching("org.openclip.(**)").should().beFreeOfCycles().check(ALL);
    assertThat(ALL.stream().map(JavaClass::getPackage))
        .isNotEmpty()
        .allMatch(p -> p.isAnnotatedWith(NullMarked.class), "is @NullMarked");
  }

  @Test
  void nothingTouchesTheStandardStreams() {
    noClasses().should(ACCESS_STANDARD_STREAMS).check(ALL);
  }

  @Test
  void namesSayWhatAClassDoes() {
    noClasses().should().haveNameMatching(".*(Impl|Managers?|Utils?|Utility|Helpers?)").check(ALL);
  }
}

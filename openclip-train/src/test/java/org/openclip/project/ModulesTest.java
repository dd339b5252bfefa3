package org.openclip.project;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may know whom. */
@Tag("once")
class ModulesTest {
  @Test
  void theApiNeedsNothingButJava() {
    classes()
        .that()
        .resideInAPackage("org.openclip.api..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify.annotations", "org.openclip.api..")
        .check(OpenClipClasses.ALL);
  }

  @ParameterizedTest
  @CsvSource({
    "org.openclip.api, org.openclip.api",
    "org.openclip.models, org.openclip.api",
    "org.openclip.backend.onnx, org.openclip.api",
    "org.openclip.backend.tf, org.openclip.api",
    "org.openclip.hub, org.openclip.api",
    "org.openclip.hub.cli, org.openclip.hub",
    "org.openclip.train, org.openclip.hub",
  })
  void aModuleKnowsTheApiAndAtMostOneOther(String module, String other) {
    noClasses()
        .that()
        .resideInAPackage(module + "..")
        .should()
        .dependOnClassesThat(
            ours()
                .and(
                    DescribedPredicate.not(
                        JavaClass.Predicates.resideInAnyPackage(
                            "org.openclip.api..", module + "..", other + ".."))))
        .check(OpenClipClasses.ALL);
  }

  @Test
  void theLibraryDoesWithoutTheCommandLine() {
    noClasses()
        .that()
        .resideInAPackage("org.openclip..")
        .and()
        .resideOutsideOfPackages("org.openclip.hub.cli..", "org.openclip.train..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.openclip.hub.cli..", "picocli..")
        .check(OpenClipClasses.ALL);
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching("org.openclip.(**)").should().beFreeOfCycles().check(OpenClipClasses.ALL);
  }

  private static DescribedPredicate<JavaClass> ours() {
    return JavaClass.Predicates.resideInAPackage("org.openclip..");
  }
}

package org.openclip.project;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMembers;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaPackage;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds for every class, whatever it does. */
@Tag("once")
class HouseStyleTest {
  private static final String KOTLIN_HARD_KEYWORDS =
      "as|break|class|continue|do|else|false|for|fun|if|in|interface|is|null|object|package|return"
          + "|super|this|throw|true|try|typealias|typeof|val|var|when|while";

  @Test
  void onlyTheCommandLineTouchesTheStandardStreams() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.openclip.hub.cli")
        .should(ACCESS_STANDARD_STREAMS)
        .check(OpenClipClasses.ALL);
  }

  /** The command line is a program, and decides what libraries print. */
  @Test
  void librariesLogThroughThePlatform() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.openclip.hub.cli.bulk")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.logging")
        .check(OpenClipClasses.ALL);
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.slf4j..", "org.apache.logging..", "org.apache.commons.logging..")
        .check(OpenClipClasses.ALL);
  }

  @Test
  void namesSayWhatAClassDoes() {
    noClasses()
        .should()
        .haveNameMatching(".*(Impl|Managers?|Utils?|Utility|Helpers?)")
        .check(OpenClipClasses.ALL);
  }

  @Test
  void noPublicNameIsAHardKeywordOfKotlin() {
    noMembers()
        .that()
        .haveModifier(PUBLIC)
        .should()
        .haveNameMatching(KOTLIN_HARD_KEYWORDS)
        .check(OpenClipClasses.ALL);
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<JavaPackage> packages =
        OpenClipClasses.ALL.stream().map(JavaClass::getPackage).collect(Collectors.toSet());

    assertThat(packages).hasSizeGreaterThan(20);
    assertThat(packages).allMatch(p -> p.isAnnotatedWith(NullMarked.class), "is @NullMarked");
  }

  /** An interrupt is no failure; Java and Kotlin have a type of their own for what it ends. */
  @Test
  void exceptionsShareOneBaseButForInterrupts() {
    classes()
        .that()
        .areAssignableTo(RuntimeException.class)
        .and()
        .areNotAssignableTo(CancellationException.class)
        .should()
        .beAssignableTo("org.openclip.api.OpenClipException")
        .check(OpenClipClasses.ALL);
    classes()
        .that()
        .areAssignableTo(CancellationException.class)
        .should()
        .haveFullyQualifiedName("org.openclip.api.InterruptedCallException")
        .check(OpenClipClasses.ALL);
  }
}

package org.openclip.project;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.Predefined;

/** The main classes of all modules, read once. */
final class OpenClipClasses {
  static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(
              "org.openclip.api",
              "org.openclip.models",
              "org.openclip.backend",
              "org.openclip.hub",
              "org.openclip.train");

  private OpenClipClasses() {}
}

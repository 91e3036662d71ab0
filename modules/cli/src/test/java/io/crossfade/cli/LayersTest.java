package io.crossfade.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** An arrow between the rooms may only point down. */
@AnalyzeClasses(packages = "io.crossfade", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {

  @ArchTest
  static final ArchRule layers =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("cli")
          .definedBy("io.crossfade.cli..")
          .layer("server")
          .definedBy("io.crossfade.server..")
          .layer("capture")
          .definedBy("io.crossfade.capture..")
          .layer("transform")
          .definedBy("io.crossfade.transform..")
          .layer("verify")
          .definedBy("io.crossfade.verify..")
          .layer("switchover")
          .definedBy("io.crossfade.switchover..")
          .layer("sql")
          .definedBy("io.crossfade.sql..")
          .layer("postgres")
          .definedBy("io.crossfade.postgres..")
          .layer("wire")
          .definedBy("io.crossfade.wire..")
          .layer("spec")
          .definedBy("io.crossfade.spec..")
          .layer("sandbox")
          .definedBy("io.crossfade.sandbox..")
          .layer("core")
          .definedBy("io.crossfade.core..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("server")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("capture")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("transform")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("verify")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("switchover")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("sql")
          .mayOnlyBeAccessedByLayers("transform", "verify", "cli")
          .whereLayer("postgres")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("wire")
          .mayOnlyBeAccessedByLayers("capture", "transform", "cli")
          .whereLayer("spec")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("sandbox")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("core")
          .mayOnlyBeAccessedByLayers(
              "cli",
              "server",
              "capture",
              "transform",
              "verify",
              "switchover",
              "sql",
              "postgres",
              "wire",
              "spec");

  @ArchTest
  static final ArchRule coreNeedsNothingButTheJdk =
      classes()
          .that()
          .resideInAPackage("io.crossfade.core..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.crossfade.core..", "java..");

  @ArchTest
  static final ArchRule onlyAConnectorKnowsItsDatabase =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.crossfade.postgres..",
              "io.crossfade.sandbox..",
              "io.crossfade.cli.demo..",
              "io.crossfade.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.postgresql..", "io.debezium..");
}

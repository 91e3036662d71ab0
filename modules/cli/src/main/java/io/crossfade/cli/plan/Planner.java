package io.crossfade.cli.plan;

import io.crossfade.cli.job.Compiled;
import io.crossfade.cli.job.Databases;
import io.crossfade.cli.job.ExpandContract;
import io.crossfade.cli.job.Migration;
import io.crossfade.cli.job.Migration.MappedTable;
import io.crossfade.cli.job.Preflight;
import io.crossfade.cli.plan.Plan.ColumnPlan;
import io.crossfade.cli.plan.Plan.Ddl;
import io.crossfade.cli.plan.Plan.MappingPlan;
import io.crossfade.cli.plan.Plan.RawTopic;
import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.catalog.Catalog;
import io.crossfade.postgres.catalog.TableDetails;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.spec.KafkaSpec.Brokers;
import io.crossfade.spec.Problem;
import io.crossfade.spec.Secret;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.sql.Lineage;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.Plugins;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.wire.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds out what a migration would make. Reads both databases' catalogues; changes nothing. */
public final class Planner {

  private final Spec spec;
  private final Plugins plugins;
  private final Databases databases;
  private final Names names;

  private Planner(Spec spec, Plugins plugins, Databases databases) {
    this.spec = spec;
    this.plugins = plugins;
    this.databases = databases;
    this.names = new Names(spec.migration());
  }

  /**
   * The plan of a migration whose databases answer.
   *
   * @param plugins functions and mappers of the user's own
   * @param withDdl whether to propose the tables that the target has not; without it they are
   *     problems
   * @throws SpecException with all that is wrong between the spec and the tables
   */
  public static Plan plan(Spec spec, Plugins plugins, Databases databases, boolean withDdl)
      throws SpecException {
    return new Planner(spec, plugins, databases).plan(withDdl);
  }

  private Plan plan(boolean withDdl) throws SpecException {
    Set<TableId> proposed = new HashSet<>();
    ExpandContract statements = ExpandContract.of(spec, databases);
    ExpectedTables targets = ExpectedTables.of(spec, databases);
    Migration migration =
        Migration.compile(
            spec,
            plugins,
            Preflight.source(databases),
            (into, plan) -> table(into, plan, targets, withDdl, proposed));
    List<Mapped> mappings = new ArrayList<>();
    Optional<Ddl> ddl = Optional.empty();
    try (Catalog catalog = Catalog.open(source());
        Catalog atTarget = Catalog.open(target())) {
      Map<TableId, TableDetails> details = new HashMap<>();
      for (MappedTable table : migration.tables()) {
        TableId source = table.plan().source().id();
        TableDetails old = details.computeIfAbsent(source, id -> catalog.details(id).orElseThrow());
        TableId into = table.target().id();
        mappings.add(
            new Mapped(
                table.from(),
                Compiled.of(
                    table.from(), id -> catalog.details(id).map(TableDetails::table), plugins),
                old,
                table.target(),
                proposed.contains(into) ? Optional.empty() : atTarget.details(into)));
      }
      if (withDdl) {
        List<Mapped> ours =
            mappings.stream()
                .filter(mapped -> !mapped.spec().fills())
                .filter(mapped -> !targets.expected().contains(mapped.target().id()))
                .toList();
        ddl = Optional.of(DdlProposal.of(ours, new Identifiers(catalog.keywords())));
      }
    }
    return new Plan(
        spec.migration(),
        new Plan.Source(
            spec.source().url().toString(), databases.source().slot(), databases.source().slot()),
        kafka(mappings),
        new Plan.Target(spec.target().url().toString(), "crossfade", "crossfade.progress"),
        new Plan.Statements(spec.expand().size(), statements.expanded()),
        new Plan.Statements(spec.contract().size(), statements.contracted()),
        mappings.stream().map(this::mapping).toList(),
        migration.warnings().stream().map(Problem::toString).toList(),
        ddl);
  }

  private Optional<Table> table(
      TableId into, RowsPlan plan, ExpectedTables targets, boolean withDdl, Set<TableId> proposed)
      throws SqlException {
    Optional<Table> there = targets.table(into, plan);
    boolean others =
        spec.tables().stream().anyMatch(table -> table.into().equals(into) && table.fills());
    if (there.isPresent() || others || !withDdl || plan.source().primaryKey().isEmpty()) {
      return there;
    }
    proposed.add(into);
    return Optional.of(ProposedTable.of(into, plan));
  }

  private PostgresAddress source() {
    return new PostgresAddress(
        spec.source().url().value(),
        spec.source().username().value(),
        spec.source().password().map(Secret::reveal).orElse(""));
  }

  private PostgresAddress target() {
    return new PostgresAddress(
        spec.target().url().value(),
        spec.target().username().value(),
        spec.target().password().map(Secret::reveal).orElse(""));
  }

  private Plan.Kafka kafka(List<Mapped> mappings) {
    List<RawTopic> topics =
        mappings.stream()
            .flatMap(mapped -> mapped.plan().sources().stream())
            .map(Table::id)
            .distinct()
            .map(
                table ->
                    new RawTopic(
                        names.rawTopic(table), table.toString(), spec.kafka().partitions()))
            .toList();
    boolean embedded = spec.kafka().brokers() instanceof Brokers.Embedded;
    String brokers =
        spec.kafka().brokers() instanceof Brokers.External external
            ? external.bootstrapServers().toString()
            : ((Brokers.Embedded) spec.kafka().brokers()).directory().toString();
    return new Plan.Kafka(
        brokers,
        embedded,
        names.applyGroup(),
        names.controlTopic(),
        topics,
        spec.kafka().replicationFactor().stream().boxed().findFirst());
  }

  private MappingPlan mapping(Mapped mapped) {
    RowsPlan plan = mapped.plan();
    Needs needs = Needs.of(mapped.spec(), plan.into(mapped.target()), mapped.target());
    List<ColumnPlan> columns = new ArrayList<>();
    for (int i = 0; i < plan.columns().size(); i++) {
      columns.add(column(mapped, i));
    }
    return new MappingPlan(
        mapped.target().id().toString(),
        mapped.exists(),
        all(plan, TableId::toString),
        all(plan, names::rawTopic),
        spec.kafka().partitions(),
        needs.steps(),
        needs.state(),
        mapped.spec().mapper().isPresent()
            ? plan.definition()
            : mapped.spec().select().text().strip(),
        columns,
        notRead(plan));
  }

  private static String all(RowsPlan plan, Function<TableId, String> name) {
    return plan.sources().stream()
        .map(table -> name.apply(table.id()))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static List<String> notRead(RowsPlan plan) {
    List<String> notRead = new ArrayList<>();
    for (Table table : new LinkedHashSet<>(plan.sources())) {
      String before = plan.joining().isPresent() ? table.id() + "." : "";
      table.columns().stream()
          .map(Column::name)
          .filter(name -> !plan.inputColumns(table.id()).contains(name))
          .forEach(name -> notRead.add(before + name));
    }
    return notRead;
  }

  private static ColumnPlan column(Mapped mapped, int index) {
    if (mapped.plan() instanceof MapperPlan mapper) {
      return column(mapped, mapper, index);
    }
    SelectPlan plan = (SelectPlan) mapped.plan();
    OutputColumn output = plan.columns().get(index);
    Lineage lineage = Lineage.of(plan, index);
    Column target = mapped.target().column(output.name());
    String sourceType =
        lineage.reads().size() == 1 && plan.joining().isEmpty()
            ? plan.source().column(lineage.reads().get(0)).type().toString()
            : output.type().toString();
    return new ColumnPlan(
        output.name(),
        output
            .passedFrom()
            .orElseGet(
                () ->
                    SelectItem.text(
                        mapped.spec().select().text(), output.position(), output.name())),
        lineage.reads(),
        sourceType,
        output.type().toString(),
        target.type().toString(),
        lossy(lineage.kind()),
        output.nullable(),
        target.nullable());
  }

  /** Which of the columns that a mapper reads a value is made of only the mapper knows. */
  private static ColumnPlan column(Mapped mapped, MapperPlan mapper, int index) {
    OutputColumn output = mapper.columns().get(index);
    Column target = mapped.target().column(output.name());
    return new ColumnPlan(
        output.name(),
        mapper.name(),
        mapper.source().columns().stream()
            .map(Column::name)
            .filter(mapper.inputColumns(mapper.source().id())::contains)
            .toList(),
        output.type().toString(),
        output.type().toString(),
        target.type().toString(),
        lossy(Lineage.Kind.COMPUTED),
        output.nullable(),
        target.nullable());
  }

  private static String lossy(Lineage.Kind kind) {
    return switch (kind) {
      case COPIED, CONVERTED -> "no";
      case NARROWED -> "yes";
      case COMPUTED -> "computed";
      case CONSTANT -> "constant";
    };
  }
}

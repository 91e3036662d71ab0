package io.crossfade.spec;

import io.crossfade.core.target.OnBadRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes the records from a tree in which nothing is wrong. */
final class SpecBuilder {
  private final YamlTree tree;
  private final Values values;
  private final Path file;

  SpecBuilder(YamlTree tree, Values values, Path file) {
    this.tree = tree;
    this.values = values;
    this.file = file;
  }

  Spec build() {
    return new Spec(
        text("/migration"),
        file,
        new SourceSpec(
            Connector.POSTGRES,
            setting("/source/url"),
            setting("/source/username"),
            values.secret("/source/password"),
            values.setting("/source/read-from")),
        new TargetSpec(
            Connector.POSTGRES,
            setting("/target/url"),
            setting("/target/username"),
            values.secret("/target/password")),
        kafka(),
        tables(),
        schemas(),
        reverse(),
        checks(),
        statements("/expand"),
        statements("/contract"),
        hooks(),
        backfill(),
        values.text("/on-bad-row").filter("park"::equals).isPresent()
            ? OnBadRow.PARK
            : OnBadRow.STOP,
        values.text("/on-truncate").filter("apply"::equals).isPresent()
            ? Spec.OnTruncate.APPLY
            : Spec.OnTruncate.FAIL,
        server());
  }

  private KafkaSpec kafka() {
    Optional<Setting> servers = values.setting("/kafka/bootstrap-servers");
    KafkaSpec.Brokers brokers =
        servers.isPresent()
            ? new KafkaSpec.Brokers.External(servers.get())
            : new KafkaSpec.Brokers.Embedded(
                file.resolveSibling(text("/kafka/embedded")).normalize());
    Optional<Long> copies = values.number("/kafka/replication-factor");
    return new KafkaSpec(
        brokers,
        values.number("/kafka/partitions").map(Long::intValue).orElse(KafkaSpec.DEFAULT_PARTITIONS),
        copies.isPresent() ? OptionalInt.of(copies.get().intValue()) : OptionalInt.empty(),
        properties());
  }

  private Map<String, Secret> properties() {
    Map<String, Secret> properties = new HashMap<>();
    for (var property : tree.at("/kafka/properties").properties()) {
      String pointer = YamlTree.below("/kafka/properties", property.getKey());
      properties.put(
          property.getKey(),
          values.secret(pointer).orElseGet(() -> Secret.of(property.getValue().asText())));
    }
    return properties;
  }

  private List<TableSpec> tables() {
    return entries().filter(pointer -> !isSchema(pointer)).map(pointer -> table(pointer)).toList();
  }

  private List<SchemaSpec> schemas() {
    return entries().filter(pointer -> isSchema(pointer)).map(pointer -> schema(pointer)).toList();
  }

  private List<ReverseSpec> reverse() {
    return IntStream.range(0, tree.at("/reverse").size())
        .mapToObj(index -> "/reverse/" + index)
        .map(
            back ->
                new ReverseSpec(
                    TableName.parse(text(back + "/into")),
                    tree.valuePlace(back + "/into"),
                    tree.sql(back + "/select"),
                    tree.at(back + "/accept-loss").asBoolean(false)))
        .toList();
  }

  private List<CheckSpec> checks() {
    return IntStream.range(0, tree.at("/checks").size())
        .mapToObj(index -> "/checks/" + index)
        .map(
            check ->
                new CheckSpec(
                    text(check + "/name"), text(check + "/source"), text(check + "/target")))
        .toList();
  }

  private List<SqlText> statements(String list) {
    return IntStream.range(0, tree.at(list).size())
        .mapToObj(index -> tree.sql(list + "/" + index))
        .toList();
  }

  private List<HookSpec> hooks() {
    return IntStream.range(0, tree.at("/hooks").size())
        .mapToObj(index -> hook("/hooks/" + index))
        .toList();
  }

  private HookSpec hook(String pointer) {
    boolean before = tree.has(pointer + "/before");
    return new HookSpec(
        before ? HookSpec.When.BEFORE : HookSpec.When.AFTER,
        HookSpec.phase(text(pointer + (before ? "/before" : "/after"))),
        tree.has(pointer + "/command")
            ? command(pointer + "/command")
            : new HookSpec.Webhook(setting(pointer + "/webhook")),
        values
            .text(pointer + "/timeout")
            .map(PauseWhen::duration)
            .orElse(HookSpec.DEFAULT_TIMEOUT));
  }

  /** A program without a slash is looked for in PATH, as shells do. */
  private HookSpec.Command command(String pointer) {
    List<Setting> argv = new ArrayList<>();
    for (int i = 0; i < tree.at(pointer).size(); i++) {
      argv.add(setting(pointer + "/" + i));
    }
    Setting program = argv.get(0);
    if (program.value().contains("/")) {
      argv.set(
          0,
          new Setting(
              file.resolveSibling(program.value()).normalize().toString(), program.toString()));
    }
    return new HookSpec.Command(argv);
  }

  private Stream<String> entries() {
    return IntStream.range(0, tree.at("/tables").size()).mapToObj(index -> "/tables/" + index);
  }

  private boolean isSchema(String pointer) {
    return TableName.isSchema(text(pointer + "/into"));
  }

  private SchemaSpec schema(String pointer) {
    String from = pointer + "/from";
    Map<String, Place> except = new HashMap<>();
    for (int i = 0; i < tree.at(pointer + "/except").size(); i++) {
      String name = pointer + "/except/" + i;
      except.put(TableName.parseName(text(name)), tree.valuePlace(name));
    }
    return new SchemaSpec(
        TableName.parseSchema(text(from)),
        TableName.parseSchema(text(pointer + "/into")),
        tree.valuePlace(pointer + "/into"),
        tree.sqlFor(from, text(from)),
        except,
        existing(pointer));
  }

  private TableSpec.Existing existing(String pointer) {
    boolean keep = values.text(pointer + "/existing").filter("keep"::equals).isPresent();
    return keep ? TableSpec.Existing.KEEP : TableSpec.Existing.REFUSE;
  }

  private TableSpec table(String pointer) {
    return new TableSpec(
        TableName.parse(text(pointer + "/into")),
        tree.valuePlace(pointer + "/into"),
        tree.has(pointer + "/select")
            ? tree.sql(pointer + "/select")
            : selectAll(pointer + "/from"),
        values
            .text(pointer + "/mapper")
            .map(name -> new TableSpec.MapperName(name, tree.valuePlace(pointer + "/mapper"))),
        existing(pointer),
        tree.has(pointer + "/columns") ? TableSpec.Columns.FILL : TableSpec.Columns.ALL);
  }

  private SqlText selectAll(String from) {
    String prefix = "SELECT * FROM ";
    String name = text(from);
    return name.equals(tree.at(from).textValue())
        ? tree.sql(from).withPrefix(prefix)
        : tree.sqlFor(from, prefix + name);
  }

  private BackfillSpec backfill() {
    Optional<Long> rate = values.number("/backfill/max-rows-per-second");
    return new BackfillSpec(
        values
            .number("/backfill/parallelism")
            .map(Long::intValue)
            .orElse(BackfillSpec.DEFAULT_PARALLELISM),
        rate.isPresent() ? OptionalLong.of(rate.get()) : OptionalLong.empty(),
        new PauseWhen(
            pauseWhen("capture-lag"),
            pauseWhen("target-commit-p95"),
            pauseWhen("source-replica-lag")));
  }

  private Optional<Duration> pauseWhen(String limit) {
    return values.text("/backfill/pause-when/" + limit).map(PauseWhen::duration);
  }

  private ServerSpec server() {
    return new ServerSpec(
        values.text("/server/bind").orElse(ServerSpec.DEFAULT_BIND),
        values.number("/server/port").map(Long::intValue).orElse(ServerSpec.DEFAULT_PORT),
        values.secret("/server/token"));
  }

  private String text(String pointer) {
    return values.text(pointer).orElseThrow();
  }

  private Setting setting(String pointer) {
    return values.setting(pointer).orElseThrow();
  }
}

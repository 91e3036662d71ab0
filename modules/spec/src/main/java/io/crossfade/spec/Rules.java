package io.crossfade.spec;

import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What a schema cannot say: values that must fit each other, names, URLs, references. */
final class Rules {
  private static final Pattern SERVERS =
      Pattern.compile("\\s*[^\\s,:/]+:\\d{1,5}\\s*|\\s*\\[[0-9a-fA-F:.]+]:\\d{1,5}\\s*");

  private static final Pattern CLASS_NAME =
      Pattern.compile("[\\p{L}_$][\\p{L}\\p{Nd}_$]*(\\.[\\p{L}_$][\\p{L}\\p{Nd}_$]*)*");

  /** The job's guarantees stand on these; a spec must not change them under it. */
  private static final Set<String> OWN_PROPERTIES =
      Set.of(
          "acks",
          "application.id",
          "auto.offset.reset",
          "bootstrap.servers",
          "enable.auto.commit",
          "enable.idempotence",
          "group.id",
          "group.protocol",
          "isolation.level",
          "key.deserializer",
          "key.serializer",
          "partitioner.class",
          "processing.guarantee",
          "transactional.id",
          "value.deserializer",
          "value.serializer");

  private final YamlTree tree;
  private final Values values;
  private final List<Problem> problems = new ArrayList<>();

  private Rules(YamlTree tree, Values values) {
    this.tree = tree;
    this.values = values;
  }

  /** What is wrong among the values that are there and have their type. */
  static List<Problem> check(YamlTree tree, Values values) {
    Rules rules = new Rules(tree, values);
    rules.migration();
    rules.database("/source");
    rules.database("/target");
    rules.readFrom();
    rules.kafka();
    rules.tables();
    rules.reverse();
    rules.checks();
    rules.statements("expand");
    rules.statements("contract");
    rules.hooks();
    rules.server();
    return rules.problems;
  }

  /** The way back of a migration runs under such a name. */
  private void migration() {
    values
        .text("/migration")
        .filter(name -> name.matches(".*-reverse-\\d+"))
        .ifPresent(
            name ->
                add(
                    "/migration",
                    "must not end with -reverse- and a number: so the way back of another migration may"
                        + " be called"));
  }

  private void database(String pointer) {
    String url = pointer + "/url";
    // Of another connector only its name is refused; its URL would have other rules.
    if (values.text(pointer + "/connector").filter("postgres"::equals).isPresent()) {
      values.text(url).flatMap(JdbcUrl::complaint).ifPresent(complaint -> add(url, complaint));
    }
    notBlank(pointer + "/username");
  }

  private void readFrom() {
    String url = "/source/read-from";
    values.text(url).flatMap(JdbcUrl::complaint).ifPresent(complaint -> add(url, complaint));
    String lag = "/backfill/pause-when/source-replica-lag";
    if (tree.has(lag) && !tree.has(url)) {
      add(lag, "is measured at the standby of source.read-from, which is not given");
    }
  }

  private void kafka() {
    String servers = "/kafka/bootstrap-servers";
    values
        .text(servers)
        .filter(text -> !allServers(text))
        .ifPresent(text -> add(servers, "must be host:port, several separated by commas"));
    notBlank("/kafka/embedded");
    String copies = "/kafka/replication-factor";
    if (tree.has("/kafka/embedded") && tree.at(copies).asInt(1) > 1) {
      add(copies, "must be 1 with 'embedded', which is one broker");
    }
    for (var property : tree.at("/kafka/properties").properties()) {
      if (OWN_PROPERTIES.contains(property.getKey())) {
        problems.add(
            tree.keyPlace(YamlTree.below("/kafka/properties", property.getKey()))
                .problem("'%s' is set by Crossfade; take it out".formatted(property.getKey())));
      }
    }
  }

  private static boolean allServers(String text) {
    return List.of(text.split(",", -1)).stream().allMatch(s -> SERVERS.matcher(s).matches());
  }

  private void tables() {
    Map<TableId, Place> seen = new HashMap<>();
    IntStream.range(0, tree.at("/tables").size())
        .mapToObj(index -> "/tables/" + index)
        .forEach(table -> table(table, seen));
  }

  private void table(String table, Map<TableId, Place> seen) {
    if (values.text(table + "/into").filter(TableName::isSchema).isPresent()) {
      schema(table);
      return;
    }
    if (tree.has(table + "/except")) {
      problems.add(
          tree.keyPlace(table + "/except")
              .problem("'except' goes with all tables of a schema: from: schema.*"));
    }
    into(table + "/into")
        .ifPresent(into -> once(into, table + "/into", seen, "a mapping in line %d already"));
    from(table + "/from");
    sql(table + "/select");
    mapper(table);
    columns(table);
  }

  private void columns(String table) {
    if (tree.has(table + "/columns") && tree.has(table + "/mapper")) {
      problems.add(
          tree.keyPlace(table + "/columns")
              .problem("'columns' goes with the SELECT that names them, not with a mapper"));
    }
    if (tree.has(table + "/columns") && tree.has(table + "/existing")) {
      problems.add(
          tree.keyPlace(table + "/existing")
              .problem(
                  "'existing' goes with tables whose rows are the SELECT's; with 'columns: fill' all"
                      + " rows are others', and stay"));
    }
  }

  private void mapper(String table) {
    String mapper = table + "/mapper";
    if (!tree.has(mapper)) {
      return;
    }
    if (tree.has(table + "/select")) {
      problems.add(
          tree.keyPlace(mapper)
              .problem(
                  "'mapper' goes with 'from', not with 'select': it is given whole rows of one old"
                      + " table"));
    }
    values
        .text(mapper)
        .filter(name -> !CLASS_NAME.matcher(name).matches())
        .ifPresent(
            name ->
                add(mapper, "must be the name of a class, for instance com.example.InvoiceMapper"));
  }

  private void once(TableId into, String pointer, Map<TableId, Place> seen, String already) {
    Place place = tree.valuePlace(pointer);
    Place first = seen.putIfAbsent(into, place);
    if (first != null) {
      problems.add(
          place.problem(into + " has " + already.formatted(first.line()) + "; a table has one"));
    }
  }

  private void reverse() {
    Map<TableId, Place> seen = new HashMap<>();
    for (int i = 0; i < tree.at("/reverse").size(); i++) {
      String into = "/reverse/" + i + "/into";
      if (values.text(into).filter(TableName::isSchema).isPresent()) {
        add(into, "must be one table; the way back of each table is a SELECT of its own");
      } else {
        into(into).ifPresent(id -> once(id, into, seen, "a way back in line %d already"));
      }
      sql("/reverse/" + i + "/select");
    }
  }

  private void sql(String pointer) {
    noReference(pointer);
    notBlank(pointer);
  }

  private void noReference(String pointer) {
    tree.text(pointer)
        .filter(References::in)
        .ifPresent(
            sql ->
                problems.add(
                    tree.placeIn(pointer, References.first(sql))
                        .problem(
                            "references are not replaced in SQL, which is printed and logged;"
                                + " write the value")));
  }

  private void checks() {
    Map<String, Place> seen = new HashMap<>();
    for (int i = 0; i < tree.at("/checks").size(); i++) {
      String check = "/checks/" + i;
      notBlank(check + "/name");
      sql(check + "/source");
      sql(check + "/target");
      Place place = tree.valuePlace(check + "/name");
      values
          .text(check + "/name")
          .map(name -> seen.putIfAbsent(name, place))
          .ifPresent(
              first ->
                  problems.add(
                      place.problem(
                          "line %d has a check of that name already".formatted(first.line()))));
    }
  }

  private void statements(String list) {
    for (int i = 0; i < tree.at("/" + list).size(); i++) {
      String entry = "/" + list + "/" + i;
      noReference(entry);
      if (values.text(entry).filter(String::isBlank).isPresent()) {
        problems.add(
            tree.valuePlace(entry).problem("entry %d of '%s' is empty".formatted(i + 1, list)));
      }
    }
  }

  private void hooks() {
    for (int i = 0; i < tree.at("/hooks").size(); i++) {
      String hook = "/hooks/" + i;
      values
          .text(hook + "/webhook")
          .flatMap(HookSpec.Webhook::complaint)
          .ifPresent(complaint -> add(hook + "/webhook", complaint));
      values
          .text(hook + "/timeout")
          .filter(timeout -> timeout.matches("0+[a-z]+"))
          .ifPresent(timeout -> add(hook + "/timeout", "must be more than nothing"));
      String program = hook + "/command/0";
      values
          .text(program)
          .filter(String::isBlank)
          .ifPresent(
              blank -> problems.add(tree.valuePlace(program).problem("'command' has no program")));
      for (int arg = 0; arg < tree.at(hook + "/command").size(); arg++) {
        String argument = hook + "/command/" + arg;
        values
            .text(argument)
            .filter(text -> text.indexOf('\0') >= 0)
            .ifPresent(
                text ->
                    problems.add(
                        tree.valuePlace(argument)
                            .problem("'command' has a NUL, which no program takes")));
      }
    }
  }

  private void schema(String table) {
    String into = table + "/into";
    String from = table + "/from";
    Optional<String> schema = schemaName(into);
    if (schema.filter("crossfade"::equals).isPresent()) {
      add(into, "must not be the schema crossfade, which holds Crossfade's own tables");
    }
    if (tree.has(table + "/mapper")) {
      problems.add(
          tree.keyPlace(table + "/mapper")
              .problem(
                  "'mapper' fills one table, not all of a schema; give it an entry of its own"));
    }
    if (tree.has(table + "/columns")) {
      problems.add(
          tree.keyPlace(table + "/columns")
              .problem("'columns' goes with one table and the SELECT that names them"));
    }
    if (tree.has(table + "/select")) {
      add(
          into,
          "stands for all tables of a schema, which one SELECT cannot fill; use from: schema.*");
    }
    if (values.text(from).filter(text -> !TableName.isSchema(text)).isPresent()) {
      add(into, "stands for all tables of a schema, so write from: schema.* as well");
    } else {
      schemaName(from);
    }
    for (int i = 0; i < tree.at(table + "/except").size(); i++) {
      String name = table + "/except/" + i;
      values
          .text(name)
          .ifPresent(text -> parsed(name, "'except' ", () -> TableName.parseName(text)));
    }
  }

  private Optional<String> schemaName(String pointer) {
    return values
        .text(pointer)
        .flatMap(
            text ->
                parsed(
                    pointer,
                    "'" + YamlTree.lastKey(pointer) + "' ",
                    () -> TableName.parseSchema(text)));
  }

  private <T> Optional<T> parsed(String pointer, String subject, Supplier<T> parser) {
    try {
      return Optional.of(parser.get());
    } catch (IllegalArgumentException e) {
      problems.add(tree.valuePlace(pointer).problem(subject + e.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<TableId> into(String pointer) {
    Optional<TableId> into = values.text(pointer).flatMap(text -> tableName(pointer, text));
    if (into.filter(id -> id.schema().equals("crossfade")).isPresent()) {
      add(pointer, "must not lie in the schema crossfade, which holds Crossfade's own tables");
      return Optional.empty();
    }
    return into;
  }

  private void from(String pointer) {
    values
        .text(pointer)
        .ifPresent(
            text -> {
              if (TableName.isSchema(text)) {
                add(pointer, "stands for all tables of a schema, so write into: schema.* as well");
              } else {
                tableName(pointer, text);
              }
            });
  }

  private Optional<TableId> tableName(String pointer, String text) {
    return parsed(pointer, "'" + YamlTree.lastKey(pointer) + "' ", () -> TableName.parse(text));
  }

  private void server() {
    String token = "/server/token";
    notBlank(token);
    values
        .text("/server/bind")
        .filter(bind -> !ServerSpec.isLoopback(bind) && !tree.has(token))
        .ifPresent(
            bind ->
                add(
                    "/server/bind",
                    "is not loopback (127.0.0.1, ::1, localhost): that needs 'token' as well"));
  }

  private void notBlank(String pointer) {
    values.text(pointer).filter(String::isBlank).ifPresent(blank -> add(pointer, "is empty"));
  }

  private void add(String pointer, String complaint) {
    problems.add(
        tree.valuePlace(pointer).problem("'" + YamlTree.lastKey(pointer) + "' " + complaint));
  }
}

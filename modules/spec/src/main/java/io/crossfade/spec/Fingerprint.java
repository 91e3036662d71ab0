package io.crossfade.spec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.core.target.OnBadRow;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * SHA-256 over one fixed JSON form of a spec. Secrets, credentials, file places and hooks are left
 * out.
 */
final class Fingerprint {
  private Fingerprint() {}

  static String of(Spec spec) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(canonical(spec).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Defaults are filled in by now; so a default that is written down changes nothing. */
  private static String canonical(Spec spec) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("migration", spec.migration());
    database(json.putObject("source"), spec.source().connector(), spec.source().url());
    database(json.putObject("target"), spec.target().connector(), spec.target().url());
    kafka(json.putObject("kafka"), spec.kafka());
    var tables = json.putArray("tables");
    for (TableSpec table : spec.tables()) {
      ObjectNode entry =
          tables
              .addObject()
              .put("schema", table.into().schema())
              .put("name", table.into().name())
              .put("select", table.select().text())
              .put("existing", table.existing().name());
      table.mapper().ifPresent(mapper -> entry.put("mapper", mapper.className()));
      if (table.fills()) {
        entry.put("columns", table.columns().name());
      }
    }
    if (!spec.schemas().isEmpty()) {
      var schemas = json.putArray("schemas");
      for (SchemaSpec schema : spec.schemas()) {
        var entry =
            schemas
                .addObject()
                .put("from", schema.from())
                .put("into", schema.into())
                .put("existing", schema.existing().name());
        var except = entry.putArray("except");
        new TreeSet<>(schema.except().keySet()).forEach(except::add);
      }
    }
    if (!spec.reverse().isEmpty()) {
      var reverse = json.putArray("reverse");
      for (ReverseSpec back : spec.reverse()) {
        reverse
            .addObject()
            .put("schema", back.into().schema())
            .put("name", back.into().name())
            .put("select", back.select().text())
            .put("acceptLoss", back.acceptLoss());
      }
    }
    if (!spec.checks().isEmpty()) {
      var checks = json.putArray("checks");
      for (CheckSpec check : spec.checks()) {
        checks
            .addObject()
            .put("name", check.name())
            .put("source", check.source())
            .put("target", check.target());
      }
    }
    statements(json, "expand", spec.expand());
    statements(json, "contract", spec.contract());
    ObjectNode backfill = json.putObject("backfill");
    backfill.put("parallelism", spec.backfill().parallelism());
    spec.backfill().maxRowsPerSecond().ifPresent(rate -> backfill.put("rate", rate));
    PauseWhen pause = spec.backfill().pauseWhen();
    limit(backfill, "captureLag", pause.captureLag());
    limit(backfill, "targetCommitP95", pause.targetCommitP95());
    limit(backfill, "sourceReplicaLag", pause.sourceReplicaLag());
    spec.source().readFrom().ifPresent(url -> json.put("readFrom", url.value()));
    if (spec.onBadRow() != OnBadRow.STOP) {
      json.put("onBadRow", spec.onBadRow().name());
    }
    if (spec.onTruncate() != Spec.OnTruncate.FAIL) {
      json.put("onTruncate", spec.onTruncate().name());
    }
    json.putObject("server").put("bind", spec.server().bind()).put("port", spec.server().port());
    return json.toString();
  }

  private static void statements(ObjectNode json, String name, List<SqlText> statements) {
    if (!statements.isEmpty()) {
      var list = json.putArray(name);
      statements.forEach(statement -> list.add(statement.text()));
    }
  }

  private static void limit(ObjectNode json, String name, Optional<Duration> limit) {
    limit.ifPresent(duration -> json.put(name, duration.toMillis()));
  }

  private static void database(ObjectNode json, Connector connector, Setting url) {
    json.put("connector", connector.toString()).put("url", url.value());
  }

  private static void kafka(ObjectNode json, KafkaSpec kafka) {
    if (kafka.brokers() instanceof KafkaSpec.Brokers.External external) {
      json.put("servers", external.bootstrapServers().value());
    } else {
      json.put("embedded", true);
    }
    json.put("partitions", kafka.partitions());
    kafka.replicationFactor().ifPresent(copies -> json.put("copies", copies));
    var properties = json.putArray("properties");
    new TreeSet<>(kafka.properties().keySet()).forEach(properties::add);
  }
}

package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.server.Document;
import io.crossfade.verify.OldKeys;
import io.crossfade.verify.Repair;
import io.crossfade.verify.Reports;
import io.crossfade.verify.RowSender;
import io.crossfade.verify.Verification;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The repairs of a running job, one at a time, each with a verification of its own before it. */
final class Repairer implements AutoCloseable {

  private final Migration migration;
  private final Verifier verifier;
  private final RowSender sender;
  private Optional<Repair> current = Optional.empty();

  Repairer(Migration migration, Verifier verifier, RowSender sender) {
    this.migration = migration;
    this.verifier = verifier;
    this.sender = sender;
  }

  /**
   * Begins one; does not wait for it.
   *
   * @param body {@code tables}, an array of names, all where it is missing; {@code masked}; {@code
   *     reason}
   * @throws IllegalArgumentException where there is no such table
   * @throws IllegalStateException while another one or a verification runs
   */
  synchronized void begin(JsonNode body) {
    Verification verification = verifier.beginForRepair(named(body));
    current =
        Optional.of(
            Repair.start(
                verification,
                migration.tables().stream()
                    .collect(
                        Collectors.toMap(
                            table -> table.target().id(),
                            table -> new OldKeys(table.plan(), table.target()))),
                sender,
                body.path("reason").asText(""),
                verification.differences().resolveSibling("left.ndjson"),
                verifier::repaired));
  }

  /** With the names of all tables where there are none: the checks are not asked then. */
  private JsonNode named(JsonNode body) {
    ObjectNode all = body.deepCopy();
    if (body.path("tables").isEmpty()) {
      ArrayNode names = all.putArray("tables");
      migration.tables().forEach(table -> names.add(table.target().id().toString()));
    }
    return all;
  }

  /** What can be read of it over HTTP. */
  Map<String, Document> documents() {
    return Map.of(
        "repair",
        new Current(
            "application/json; charset=utf-8",
            (repair, out) -> out.write(Reports.json(repair.report()))),
        "repair/differences",
        new Current(
            "application/x-ndjson; charset=utf-8",
            (repair, out) -> {
              if (Files.exists(repair.left())) {
                Files.copy(repair.left(), out);
              }
            }));
  }

  private synchronized Optional<Repair> current() {
    return current;
  }

  private interface Content {
    void write(Repair repair, OutputStream out) throws IOException;
  }

  private final class Current implements Document {
    private final String type;
    private final Content content;

    Current(String type, Content content) {
      this.type = type;
      this.content = content;
    }

    @Override
    public String type() {
      return type;
    }

    @Override
    public boolean exists() {
      return current().isPresent();
    }

    @Override
    public void write(OutputStream out) throws IOException {
      content.write(current().orElseThrow(), out);
    }
  }

  @Override
  public void close() {
    current().ifPresent(Repair::close);
  }
}

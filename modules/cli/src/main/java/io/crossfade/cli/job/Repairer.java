package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.server.Document;
import io.crossfade.verify.Checkpoints;
import io.crossfade.verify.Repair;
import io.crossfade.verify.Reports;
import io.crossfade.verify.RowSender;
import io.crossfade.verify.Turn;
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
  private final ComparedMigration compared;
  private final Verifier verifier;
  private final AskedVerification asked;
  private final RowSender sender;
  private Optional<Repair> current = Optional.empty();

  Repairer(
      Migration migration,
      ComparedMigration compared,
      Verifier verifier,
      AskedVerification asked,
      RowSender sender) {
    this.migration = migration;
    this.compared = compared;
    this.verifier = verifier;
    this.asked = asked;
    this.sender = sender;
  }

  /**
   * Begins one; does not wait for it.
   *
   * @param body {@code tables}, an array of names, all where it is missing; {@code masked}; {@code
   *     reason}
   * @throws IllegalArgumentException where there is no such table
   * @throws IllegalStateException while another one or a verification runs, or where the new tables
   *     take writes
   */
  synchronized void begin(JsonNode body) throws InterruptedException {
    Turn turn = compared.turn();
    if (turn.reversed()) {
      throw new IllegalStateException(
          "writes are on the new tables; a repair would send old rows over what was written there."
              + " `crossfade verify` says what the old tables do not hold, that is, what a rollback"
              + " would lose");
    }
    asked.requireNone();
    Verification verification =
        verifier.beginForRepair(
            new Verifier.Asked(
                compared.chosen(body.path("tables")),
                false,
                body.path("masked").asBoolean(false),
                turn,
                Checkpoints.NONE,
                Verification.Times.now()));
    current =
        Optional.of(
            Repair.start(
                verification,
                migration.tables().stream()
                    .collect(Collectors.toMap(table -> table.target().id(), compared::oldRows)),
                sender,
                body.path("reason").asText(""),
                verification.differences().resolveSibling("left.ndjson"),
                verifier::repaired));
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

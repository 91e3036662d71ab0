package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A transaction that was open when we looked. What the database does not show to our role is {@code
 * ?}, or empty.
 *
 * @param name for people: {@code pid 4711}, {@code prepared transaction 'x'}
 * @param user whose
 * @param application what its session calls itself; empty where it says nothing
 * @param database which database of the server
 * @param began when it began; of a prepared one, when it was prepared
 * @param age since then, by the server's clock
 * @param state for people: {@code active}, {@code idle in transaction}, {@code prepared}
 * @param statementBegan when its last statement began
 * @param holds those of the tables that were asked about on which it has a lock that keeps ours
 *     out: mostly since it has written to them. A part of a table counts as the table
 * @param end the statement that ends it
 */
public record OpenTransaction(
    String name,
    String user,
    String application,
    String database,
    Optional<Instant> began,
    Duration age,
    String state,
    Optional<Instant> statementBegan,
    List<TableId> holds,
    String end) {

  public OpenTransaction {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(application, "application");
    Objects.requireNonNull(database, "database");
    Objects.requireNonNull(began, "began");
    Objects.requireNonNull(age, "age");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(statementBegan, "statementBegan");
    holds = List.copyOf(holds);
    Objects.requireNonNull(end, "end");
  }

  /** On one line, for people. */
  @Override
  public String toString() {
    return name
        + " (user "
        + user
        + (application.isEmpty() ? "" : ", application " + application)
        + ", database "
        + database
        + ", "
        + state
        + ")"
        + began.map(at -> ", open for " + age.toSeconds() + " s, since " + at).orElse("")
        + statementBegan.map(at -> ", its last statement began " + at).orElse("")
        + (holds.isEmpty()
            ? ""
            : ", holds " + holds.stream().map(TableId::toString).collect(Collectors.joining(", ")));
  }
}

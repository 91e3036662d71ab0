package io.crossfade.verify;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the comparison of a table stands, or ended.
 *
 * @param into the new table
 * @param outcome how it ended; empty while it has not
 * @param why what is to be known of the outcome, for people; empty where nothing is
 * @param independent whether the expected rows were computed by the source itself; else by the very
 *     code that filled the table
 * @param vacuous whether there was no row on either side, so that equality says nothing
 * @param method how it was read: {@code key ranges}, or {@code whole}, by hashes of the key
 * @param expectedRows that the SELECT gave; after a cutover, that the table had
 * @param actualRows that the table had; after a cutover, that the SELECT gave
 * @param ranges how many ranges were compared
 * @param suspects rows that were not the same at the first look
 * @param differences how many there are of each kind, {@code hot} among them
 * @param begun when, in ISO form
 * @param ended when, in ISO form; empty while it goes on
 * @param fromPosition where the log of the database that executed the SELECT stood at the
 *     beginning; after a cutover, that of the database with the table
 * @param toPosition where it stood at the end
 */
public record TableResult(
    String into,
    Optional<Outcome> outcome,
    Optional<String> why,
    boolean independent,
    boolean vacuous,
    String method,
    long expectedRows,
    long actualRows,
    long ranges,
    long suspects,
    Map<String, Long> differences,
    Optional<String> begun,
    Optional<String> ended,
    Optional<String> fromPosition,
    Optional<String> toPosition) {

  public TableResult {
    Objects.requireNonNull(into, "into");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(why, "why");
    Objects.requireNonNull(method, "method");
    differences = new TreeMap<>(differences);
    Objects.requireNonNull(begun, "begun");
    Objects.requireNonNull(ended, "ended");
    Objects.requireNonNull(fromPosition, "fromPosition");
    Objects.requireNonNull(toPosition, "toPosition");
  }

  /** The same when nothing more will come: what has no outcome by now is incomplete. */
  TableResult closed() {
    return outcome.isPresent()
        ? this
        : new TableResult(
            into,
            Optional.of(Outcome.INCOMPLETE),
            Optional.of("it was not compared: the verification was stopped before"),
            independent,
            vacuous,
            method,
            expectedRows,
            actualRows,
            ranges,
            suspects,
            differences,
            begun,
            ended,
            fromPosition,
            toPosition);
  }
}

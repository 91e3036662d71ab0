package io.crossfade.core.target;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Writes what one flush does to one table where the target does not take it as a whole: finds the
 * rows that are refused for their own sake, and has those wait that another row is in the way of
 * (I7).
 *
 * <p>Rows come from partitions that stand at different places. Where a row wants a unique value
 * that another row holds, that one may be behind (it has given the value up at the source, long
 * ago) or ahead (it has taken the value over, and ours is about to give it up). Nobody can tell
 * here, so the other row is never touched. Our own former row goes away, for it may hold what
 * others want; our image waits.
 *
 * <p>Why this ends with the source's rows. At any time each key has, in the table or waiting, the
 * last image that its partition has brought, and nothing else of that key is in the table: a key is
 * written, cleared and made to wait by its own partition's owner only. When all partitions have
 * brought all, these images are the source's rows, which contradict each other nowhere; so nothing
 * is in the way of any that waits, and the next attempt puts it in. While two images contradict
 * each other, one of them is of the past, and its key has another record on the way. A circle of
 * rows that wait for each other cannot last either: who waits holds nothing.
 *
 * <p>The exception is a row that others refer to, so that it cannot go away: it waits, and its
 * former image stands. A circle of such rows lasts, and is reported.
 *
 * <p>The same holds for references: a child waits for its parent, a parent's delete for its
 * children.
 *
 * @param <T> a row to be written or deleted; told apart by identity
 * @param <E> what access to the table may end with
 */
public final class Placement<T, E extends Exception> {

  /** So many refusals in one table are found one by one; then slices are not bisected any more. */
  private static final int FOUND_ONE_BY_ONE = 200;

  /** Of so many that stay waiting it is asked why. */
  private static final int ASKED_WHY = 20;

  /**
   * One table, within one transaction. An attempt does all it is asked to, or nothing.
   *
   * @param <T> a row
   * @param <E> what access may end with: what is no row's fault
   */
  public interface Rows<T, E extends Exception> {

    /** Pieces that one statement takes. */
    List<List<T>> slices(List<T> rows);

    /** Deletes keys, whether there are rows or not. */
    Optional<Refusal> delete(List<T> rows) throws E;

    /** Inserts rows, or replaces those of the same key in place. */
    Optional<Refusal> upsert(List<T> rows) throws E;

    /**
     * Takes the former images of rows away that are to come back; leaves those that others refer
     * to.
     */
    void clear(List<T> rows) throws E;

    /** Takes the former images of rows away that do not come back; leaves what must not go. */
    void drop(List<T> rows) throws E;

    /** Which of these keys have a row. */
    List<T> present(List<T> rows) throws E;

    /** Inserts, of rows that have none of their key, those that no other row is in the way of. */
    Optional<Refusal> insertWhereFree(List<T> rows) throws E;
  }

  /** Whose fault it is. */
  public enum Fault {
    /** Another row's: a unique value that it holds, or that it refers to us, or is not there. */
    ANOTHER_ROW,
    /** The row's own. */
    THE_ROW
  }

  /**
   * Why an attempt was refused.
   *
   * @param fault whose fault it is
   * @param error what the target says
   * @param code its SQLSTATE
   * @param constraint the name of the constraint; empty where it is none
   */
  public record Refusal(Fault fault, String error, String code, String constraint) {

    public Refusal {
      Objects.requireNonNull(fault, "fault");
      Objects.requireNonNull(error, "error");
      Objects.requireNonNull(code, "code");
      Objects.requireNonNull(constraint, "constraint");
    }
  }

  /** A row that is not in the table as it should be. */
  public record Left<T>(T row, Refusal why) {}

  /**
   * What was left.
   *
   * @param waiting rows that another one is in the way of; what waited before and is not here is in
   *     the table
   * @param refused bad rows
   */
  public record Outcome<T>(List<Left<T>> waiting, List<Left<T>> refused) {}

  private static final Refusal UNKNOWN =
      new Refusal(Fault.ANOTHER_ROW, "another row is in the way", "23505", "");

  private final Rows<T, E> rows;
  private final Map<T, Refusal> inTheWay = new IdentityHashMap<>();
  private final List<Left<T>> refused = new ArrayList<>();
  private boolean findAll = true;

  private Placement(Rows<T, E> rows) {
    this.rows = rows;
  }

  /**
   * Writes what can be written.
   *
   * @param deletes keys to delete, those that wait to be deleted among them
   * @param writes rows to write; no key is among the deletes too
   * @param waiting rows that wait from before, of other keys than the rest
   */
  public static <T, E extends Exception> Outcome<T> place(
      Rows<T, E> rows, List<T> deletes, List<T> writes, List<T> waiting) throws E {
    return new Placement<>(rows).place(deletes, writes, waiting);
  }

  private Outcome<T> place(List<T> deletes, List<T> writes, List<T> waiting) throws E {
    List<T> stay = each(deletes, rows::delete);
    findAll = false;
    List<T> displaced = each(writes, rows::upsert);
    findAll = true;
    Set<T> toDelete = identitySet(deletes);
    rows.drop(refused.stream().map(Left::row).filter(row -> !toDelete.contains(row)).toList());
    rows.clear(displaced);
    List<T> candidates = new ArrayList<>(waiting);
    candidates.addAll(displaced);
    Set<T> standing = identitySet(rows.present(candidates));
    List<T> left =
        new ArrayList<>(
            insert(candidates.stream().filter(row -> !standing.contains(row)).toList()));
    left.addAll(each(candidates.stream().filter(standing::contains).toList(), rows::upsert));
    left = askWhy(left);
    stay.addAll(left);
    return new Outcome<>(
        stay.stream().map(row -> new Left<>(row, inTheWay.getOrDefault(row, UNKNOWN))).toList(),
        List.copyOf(refused));
  }

  /** Those that are not in the table after it. */
  private List<T> insert(List<T> free) throws E {
    List<T> waiting = each(free, rows::insertWhereFree);
    Set<T> known = identitySet(waiting);
    refused.forEach(left -> known.add(left.row()));
    List<T> tried = free.stream().filter(row -> !known.contains(row)).toList();
    Set<T> in = identitySet(rows.present(tried));
    tried.stream().filter(row -> !in.contains(row)).forEach(waiting::add);
    return waiting;
  }

  /** Reasons grow old while a row waits; some of them are made new. */
  private List<T> askWhy(List<T> left) throws E {
    List<T> still = new ArrayList<>();
    for (T row : left.subList(0, Math.min(ASKED_WHY, left.size()))) {
      still.addAll(each(List.of(row), rows::upsert));
    }
    still.addAll(left.subList(Math.min(ASKED_WHY, left.size()), left.size()));
    return still;
  }

  @FunctionalInterface
  private interface Attempt<T, E extends Exception> {
    Optional<Refusal> on(List<T> rows) throws E;
  }

  /** Does it to all that let it be done; the rows that another one is in the way of. */
  private List<T> each(List<T> all, Attempt<T, E> attempt) throws E {
    List<T> waiting = new ArrayList<>();
    for (List<T> slice : rows.slices(all)) {
      bisect(slice, attempt, waiting);
    }
    return waiting;
  }

  private void bisect(List<T> list, Attempt<T, E> attempt, List<T> waiting) throws E {
    Optional<Refusal> refusal = attempt.on(list);
    if (refusal.isEmpty()) {
      return;
    }
    boolean anothers = refusal.get().fault() == Fault.ANOTHER_ROW;
    if (list.size() == 1) {
      if (anothers) {
        inTheWay.put(list.get(0), refusal.get());
        waiting.add(list.get(0));
      } else {
        refused.add(new Left<>(list.get(0), refusal.get()));
      }
    } else if (anothers && !findAll && waiting.size() >= FOUND_ONE_BY_ONE) {
      // They are tried again, where a bad row among them is found.
      waiting.addAll(list);
    } else {
      int middle = list.size() >>> 1;
      bisect(list.subList(0, middle), attempt, waiting);
      bisect(list.subList(middle, list.size()), attempt, waiting);
    }
  }

  private static <T> Set<T> identitySet(Collection<T> rows) {
    Set<T> set = Collections.newSetFromMap(new IdentityHashMap<>());
    set.addAll(rows);
    return set;
  }
}

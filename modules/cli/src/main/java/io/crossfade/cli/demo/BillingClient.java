package io.crossfade.cli.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * One client of the old billing model: each call is one transaction of the kind that applications
 * make. Not for several threads.
 *
 * <p>Rows are locked in the order of their keys, customers first, so that clients wait for each
 * other but seldom deadlock.
 */
final class BillingClient implements AutoCloseable {

  /** Keys that were given away so far; shared by all clients. */
  static final class Keys {
    private final AtomicLong last;

    Keys(long rows) {
      this.last = new AtomicLong(rows);
    }

    long fresh() {
      return last.incrementAndGet();
    }

    /** One that most likely has a row. One in eight is among the first, which all clients want. */
    long some(Random random) {
      long bound = last.get();
      return 1 + random.nextLong(random.nextInt(8) == 0 ? Math.min(200, bound) : bound);
    }
  }

  /** What clients have done; shared by all. Changes are rows, and only committed ones. */
  record Counts(LongAdder commits, LongAdder changes, LongAdder rollbacks) {
    Counts() {
      this(new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  /** One transaction. */
  @FunctionalInterface
  private interface Deed {
    void run() throws SQLException;
  }

  /** So many that random text of them does not compress, and all that is escaped somewhere. */
  private static final int[] LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/äß漢🚲\t\n\r\\'\",{}"
          .codePoints()
          .toArray();

  private static final int LONG_NOTE = 3500;
  private static final int MANY = 20;

  private final Connection connection;
  private final Keys keys;
  private final Random random;
  private final Counts counts;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private final Deed[] deeds;
  private long changed;

  /**
   * A client.
   *
   * @param connection with autocommit off; closed with the client
   */
  BillingClient(Connection connection, Keys keys, Random random, Counts counts) {
    this.connection = connection;
    this.keys = keys;
    this.random = random;
    this.counts = counts;
    // As often as they stand here.
    this.deeds =
        new Deed[] {
          this::signUp,
          this::signUp,
          this::pay,
          this::pay,
          this::pay,
          this::pay,
          this::payBehindItsBack,
          this::rewriteNote,
          this::rewriteNote,
          this::cancelOrRenew,
          this::cancelOrRenew,
          this::cancelOrRenew,
          this::giveManyABonus,
          this::changeKey,
          this::swapKeys,
          this::leaveAndReturn,
          this::leave,
          this::forgetAudit,
          this::changePlan,
        };
  }

  /** Does one transaction and commits it. */
  void commitOne() throws SQLException {
    deeds[random.nextInt(deeds.length)].run();
    commit();
  }

  /** Does the work of a transaction or two and takes it back. */
  void rollBackOne() throws SQLException {
    deeds[random.nextInt(deeds.length)].run();
    signUp();
    rollBack();
  }

  /** Takes back what is not committed. */
  void rollBack() throws SQLException {
    connection.rollback();
    changed = 0;
    counts.rollbacks.increment();
  }

  private void commit() throws SQLException {
    connection.commit();
    counts.commits.increment();
    counts.changes.add(changed);
    changed = 0;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private void signUp() throws SQLException {
    long id = keys.fresh();
    insertCustomer(id);
    run(
        "INSERT INTO public.customer_subscriptions VALUES (?, ?, ?, ?::numeric / 100, current_date,"
            + " '{\"seats\": 1}', NULL)",
        id,
        id,
        plan(),
        random.nextInt(10_000));
    audit(id, "sign-up");
  }

  private void insertCustomer(long id) throws SQLException {
    run(
        "INSERT INTO public.customers VALUES (?, ?, ?, ?, ?::numeric / 100, ?, ?, now(), NULL)",
        id,
        "Customer" + id + "@Example.com",
        " Frau Müller " + id,
        plan(),
        random.nextInt(1_000_000),
        random.nextBoolean(),
        note());
  }

  /** An update that leaves the long text alone: the log does not have it then. */
  private void pay() throws SQLException {
    long id = keys.some(random);
    run(
        "UPDATE public.customers SET balance = balance + ?::numeric / 100 WHERE id = ?",
        random.nextInt(2000) - 1000,
        id);
    audit(id, "payment");
  }

  /** Twice the same row, and again in a transaction that follows at once. */
  private void payBehindItsBack() throws SQLException {
    long id = keys.some(random);
    for (int i = 0; i < 3; i++) {
      run("UPDATE public.customers SET balance = -balance WHERE id = ?", id);
    }
    commit();
    run("UPDATE public.customers SET vip = NOT coalesce(vip, false) WHERE id = ?", id);
  }

  private void rewriteNote() throws SQLException {
    run("UPDATE public.customers SET notes = ? WHERE id = ?", note(), keys.some(random));
  }

  /** Leaves the filter of the new table, or comes back into it. */
  private void cancelOrRenew() throws SQLException {
    run(
        "UPDATE public.customer_subscriptions SET deleted_at ="
            + " CASE WHEN deleted_at IS NULL THEN now() END WHERE id = ?",
        keys.some(random));
  }

  private void changePlan() throws SQLException {
    run(
        "UPDATE public.customer_subscriptions SET plan = ?, amount = amount + 1,"
            + " details = jsonb_build_object('seats', ?) WHERE id = ?",
        plan(),
        random.nextInt(50),
        keys.some(random));
  }

  private void giveManyABonus() throws SQLException {
    long id = keys.some(random);
    run(
        "UPDATE public.customers SET balance = balance + 5 WHERE id IN (SELECT id FROM"
            + " public.customers WHERE id BETWEEN ? AND ? ORDER BY id FOR UPDATE)",
        id,
        id + MANY - 1);
    run(
        "UPDATE public.audit SET score = 1 - score / 3 WHERE customer_id BETWEEN ? AND ?",
        id,
        id + MANY - 1);
  }

  private void changeKey() throws SQLException {
    long from = keys.some(random);
    long to = keys.fresh();
    run("UPDATE public.customers SET id = ? WHERE id = ?", to, from);
    run("UPDATE public.customer_subscriptions SET id = ? WHERE id = ?", to, from);
    run("UPDATE public.audit SET customer_id = ? WHERE customer_id = ?", to, from);
  }

  /** Through a key that nobody has. */
  private void swapKeys() throws SQLException {
    long one = keys.some(random);
    long other = one + 1 + random.nextInt(5);
    // Both must be there: a key without a row could be taken by another client meanwhile.
    if (lockCustomers(one, other) < 2) {
      return;
    }
    run("UPDATE public.customers SET id = ? WHERE id = ?", -one, one);
    run("UPDATE public.customers SET id = ? WHERE id = ?", one, other);
    run("UPDATE public.customers SET id = ? WHERE id = ?", other, -one);
  }

  /** Nobody else inserts the key meanwhile: others insert only keys that were never given away. */
  private void leaveAndReturn() throws SQLException {
    long id = keys.some(random);
    if (run("DELETE FROM public.customers WHERE id = ?", id) == 0) {
      return;
    }
    if (random.nextBoolean()) {
      commit();
    }
    insertCustomer(id);
  }

  private void leave() throws SQLException {
    long id = keys.some(random);
    run("DELETE FROM public.customers WHERE id = ?", id);
    run("DELETE FROM public.customer_subscriptions WHERE customer_id = ?", id);
    audit(id, "leave");
  }

  private void forgetAudit() throws SQLException {
    run("DELETE FROM public.audit WHERE customer_id = ?", keys.some(random));
  }

  private void audit(long customer, String kind) throws SQLException {
    run(
        "INSERT INTO public.audit VALUES (?, ?, ?, jsonb_build_object('n', ?), ?, ?, now())",
        customer,
        keys.fresh(),
        kind,
        random.nextInt(),
        random.nextBoolean() ? new byte[] {0, (byte) random.nextInt(), '\\'} : null,
        random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
  }

  private int lockCustomers(long one, long other) throws SQLException {
    PreparedStatement lock =
        prepared("SELECT id FROM public.customers WHERE id IN (?, ?) ORDER BY id FOR UPDATE");
    lock.setLong(1, one);
    lock.setLong(2, other);
    int rows = 0;
    try (ResultSet result = lock.executeQuery()) {
      while (result.next()) {
        rows++;
      }
    }
    return rows;
  }

  private String plan() {
    return switch (random.nextInt(3)) {
      case 0 -> "free";
      case 1 -> "pro";
      default -> "Größer";
    };
  }

  private String note() {
    int kind = random.nextInt(6);
    if (kind == 0) {
      return null;
    }
    int length = kind == 1 ? LONG_NOTE + random.nextInt(LONG_NOTE) : random.nextInt(40);
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  private int run(String sql, Object... parameters) throws SQLException {
    PreparedStatement statement = prepared(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    int rows = statement.executeUpdate();
    changed += rows;
    return rows;
  }

  private PreparedStatement prepared(String sql) throws SQLException {
    PreparedStatement known = statements.get(sql);
    if (known == null) {
      known = connection.prepareStatement(sql);
      statements.put(sql, known);
    }
    return known;
  }
}

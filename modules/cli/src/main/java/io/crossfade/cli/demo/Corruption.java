package io.crossfade.cli.demo;

import io.crossfade.sandbox.Database;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.RepairReport;
import io.crossfade.verify.VerificationReport;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Somebody's hand in the new model: one cent more on one account, past the migration. It is found
 * and repaired while the clients write.
 *
 * @param account the account's key
 * @param found the row that differed, as {@code verify --keys} prints it
 * @param repair how the repair ended
 */
record Corruption(long account, String found, RepairReport repair) {

  private static final List<String> TABLE = List.of("public.accounts");

  /** A client may change the very row between the two, and so heal it before it is found. */
  private static final int ATTEMPTS = 20;

  private static final String PLANT =
      """
      UPDATE public.accounts SET balance_cents = balance_cents + 1
      WHERE account_id = (
        SELECT account_id FROM public.accounts WHERE account_id > %d ORDER BY account_id LIMIT 1)
      RETURNING account_id
      """;

  Corruption {
    Objects.requireNonNull(found, "found");
    Objects.requireNonNull(repair, "repair");
  }

  /** Whether it was repaired. */
  boolean isRepaired() {
    return repair.outcome().equals(Optional.of(Outcome.EQUAL));
  }

  /**
   * Plants it, has it found and repaired.
   *
   * @param rows how many accounts there were in the beginning
   * @throws DemoFailedException where it is not found
   */
  static Corruption show(Database target, DemoJob job, long rows, Screen screen) throws Exception {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long account = plant(target, rows / 2 + attempt * rows / (3 * ATTEMPTS));
      screen.line(
          "Planted in the new model, past the migration: one cent more on account " + account);
      Stopwatch finding = Stopwatch.start();
      VerificationReport report = job.verify(TABLE);
      List<String> found = report.differences() == 0 ? List.of() : job.differences();
      if (found.isEmpty()) {
        screen.line("A client has just written that very account; planted again");
        continue;
      }
      screen.done("crossfade verify, while the clients write, has found", finding);
      found.forEach(row -> screen.line("  " + row));
      Stopwatch repairing = Stopwatch.start();
      RepairReport repair = job.repair(TABLE);
      screen.done("crossfade repair: " + repair.outcome().orElse(Outcome.INCOMPLETE), repairing);
      return new Corruption(account, found.get(0), repair);
    }
    throw new DemoFailedException(
        "One cent more was planted %d times, and verify did not find it".formatted(ATTEMPTS));
  }

  private static long plant(Database target, long above) {
    return Long.parseLong(target.query(PLANT.formatted(above)).get(0));
  }
}

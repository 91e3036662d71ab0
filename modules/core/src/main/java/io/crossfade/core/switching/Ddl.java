package io.crossfade.core.switching;

/**
 * Changes definitions as a careful person does: with locks that are asked for in short attempts, so
 * that nobody else waits long because of us.
 */
public interface Ddl {

  /**
   * Executes one statement, in a transaction of its own; one that builds or drops {@code
   * CONCURRENTLY}, outside of one. What a failed attempt to build an index has left is taken away
   * before the next. Blocks on the locks until the deadline, and on the work itself for as long as
   * it takes. May be repeated where the statement may: {@code IF NOT EXISTS} says so.
   *
   * @param statement without parameters; names without a schema are found as the role finds them
   * @throws SwitchingException where the database does not answer or refuses: {@code mayPass} says
   *     which; and where an index that is to be built {@code CONCURRENTLY} has no name, since what
   *     is left of it could not be found
   */
  LockOutcome run(String statement, Patience patience);
}

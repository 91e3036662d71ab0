package io.crossfade.core.switching;

import java.util.List;
import java.util.function.Consumer;

/**
 * Lists of statements that change a database's definitions, each executed once, in order, without
 * anybody waiting long because of us. What is done is remembered in the database itself, together
 * with its effect: a list that was interrupted goes on where it was, and one that has grown goes on
 * with what is new.
 */
public interface Definitions {

  /**
   * Executes what is not done yet. Blocks for as long as the statements take, and before that for
   * as long as another instance runs those of this migration. May be repeated.
   *
   * @param list the list's name
   * @param statements all of the list, from the first
   * @param told takes lines for people: what is executed, and who is waited for
   * @throws IllegalArgumentException where a statement is none that can be executed safely
   * @throws SwitchingException where the database does not answer
   */
  DefinitionsOutcome run(String list, List<String> statements, Consumer<String> told);

  /**
   * How many statements from the first are done and are what they were then. Blocks for a round
   * trip; changes nothing.
   *
   * @throws SwitchingException where the database does not answer or refuses
   */
  int done(String list, List<String> statements);
}

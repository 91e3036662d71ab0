package io.crossfade.core.switching;

import java.util.List;

/** What we have made for ourselves in a database: schema {@code crossfade}. */
public interface OwnSchema {

  /**
   * Whether something of the migration is there still; {@link #remove} takes all of it away at
   * once. Blocks on the database for milliseconds.
   *
   * @param groups the consumer groups of its flows
   * @throws SwitchingException where the database does not answer
   */
  boolean holds(List<String> groups);

  /**
   * Takes away what one migration has there; the schema too, where no other migration needs it. Who
   * reads {@code crossfade.serving} gets an error from then on. Blocks on the database for seconds;
   * may be repeated.
   *
   * @param groups the consumer groups of its flows
   * @return what stays, for people, with the reason; empty where nothing does
   * @throws SwitchingException where the database does not answer
   */
  List<String> remove(List<String> groups);
}

package io.crossfade.postgres;

import java.util.Objects;

/**
 * Whether a type may be in a primary key. A record's key is a text, and two values that PostgreSQL
 * holds to be one key must become one text: else two histories of one row stand in the raw topic.
 *
 * @param allowed whether it may
 * @param nested whether types made of it (domains, arrays, ranges) may, too: equal values have
 *     equal texts as they are printed
 * @param why what is done about values that are equal and printed differently, or why nothing can
 *     be; empty where there are none
 */
record KeyUse(boolean allowed, boolean nested, String why) {

  /** Equal values have equal texts. */
  static final KeyUse AS_PRINTED = new KeyUse(true, true, "");

  KeyUse {
    Objects.requireNonNull(why, "why");
  }

  /** Values that are equal are brought to one text; see {@code RowCodec} of the wire. */
  static KeyUse canonical(String how) {
    return new KeyUse(true, false, how);
  }

  static KeyUse no(String why) {
    return new KeyUse(false, false, why);
  }
}

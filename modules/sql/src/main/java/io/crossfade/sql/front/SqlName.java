package io.crossfade.sql.front;

import io.crossfade.core.table.TableId;
import java.util.regex.Pattern;

/** Names as they have to be written in a SELECT. */
public final class SqlName {

  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

  private SqlName() {}

  /** A column: quoted where PostgreSQL or our parser would read it as something else. */
  public static String of(String name) {
    boolean bare =
        PLAIN.matcher(name).matches()
            && !Keywords.RESERVED.contains(name)
            && !Keywords.QUOTED_FOR_THE_PARSER.contains(name)
            && !Keywords.LABEL_NEEDS_AS.contains(name);
    return bare ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A table with its schema. */
  public static String of(TableId table) {
    return of(table.schema()) + "." + of(table.name());
  }

  /** A string literal. */
  public static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}

package io.crossfade.postgres;

import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Which errors pass by themselves, and what an error says to people. */
public final class ServerErrors {

  /**
   * SQLSTATEs, and classes of them, after which the same statement may succeed: connection (08),
   * resources (53), operator intervention (57: shutdown, restart, cancel), system error (58: disk),
   * serialization and deadlock (40), lock not available, a transaction that idled too long, a
   * server that takes no writes, as a primary that became a standby, and what a switch puts in the
   * way of a flow whose turn is over: a fence (XF001), a seal (XF002).
   */
  private static final Set<String> PASSING_CLASSES = Set.of("08", "40", "53", "57", "58");

  private static final Set<String> PASSING =
      Set.of("55P03", "25P03", "25P04", "25006", "XF001", "XF002");

  private ServerErrors() {}

  /** Whether the same statement may succeed later. */
  public static boolean mayPass(SQLException e) {
    String state = e.getSQLState();
    return state == null
        || PASSING.contains(state)
        || (state.length() == 5 && PASSING_CLASSES.contains(state.substring(0, 2)));
  }

  /** The server's message with its detail, on one line; the driver's own where it never spoke. */
  public static String text(SQLException e) {
    if (e instanceof PSQLException postgres && postgres.getServerErrorMessage() != null) {
      ServerErrorMessage server = postgres.getServerErrorMessage();
      String detail = server.getDetail();
      return server.getMessage() + (detail == null ? "" : " (" + detail + ")");
    }
    return String.valueOf(e.getMessage());
  }
}

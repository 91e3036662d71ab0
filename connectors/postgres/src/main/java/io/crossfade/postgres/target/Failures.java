package io.crossfade.postgres.target;

import io.crossfade.core.target.TargetRefusedException;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.postgres.ServerErrors;
import java.sql.SQLException;

/** What an error of the server is to who asked the target. */
final class Failures {

  private Failures() {}

  static boolean passes(SQLException e) {
    return ServerErrors.mayPass(e);
  }

  static RuntimeException of(String doing, SQLException e) {
    String message = doing + ": " + text(e);
    return passes(e)
        ? new TargetUnavailableException(message, e)
        : new TargetRefusedException(message + " (" + e.getSQLState() + ")", e);
  }

  static TargetUnavailableException unavailable(String doing, SQLException e) {
    return new TargetUnavailableException(doing + ": " + text(e), e);
  }

  static String text(SQLException e) {
    return ServerErrors.text(e);
  }
}

package io.crossfade.spec;

import java.util.Optional;
import java.util.regex.Pattern;

/** What a database's URL must be. Complaints never repeat the URL: it may hold a password. */
final class JdbcUrl {
  private static final String POSTGRES = "jdbc:postgresql:";
  private static final Pattern WITH_DATABASE =
      Pattern.compile("jdbc:postgresql:(//[^/?]*/[^/?]+|[^/?]+)(\\?.*)?", Pattern.DOTALL);
  private static final Pattern CREDENTIALS =
      Pattern.compile("[?&](user|password|sslpassword)=", Pattern.CASE_INSENSITIVE);
  private static final Pattern USER_INFO = Pattern.compile("^jdbc:postgresql://[^/?]*@");

  private JdbcUrl() {}

  /** What is wrong with it, to be put behind the key's name. */
  static Optional<String> complaint(String url) {
    if (!url.startsWith(POSTGRES)) {
      return Optional.of("must begin with " + POSTGRES + "//");
    }
    if (CREDENTIALS.matcher(url).find() || USER_INFO.matcher(url).find()) {
      return Optional.of(
          "must not hold user or password: they stand under 'username' and 'password'");
    }
    if (!WITH_DATABASE.matcher(url).matches()) {
      return Optional.of("must name the database: jdbc:postgresql://host:port/database");
    }
    return Optional.empty();
  }
}

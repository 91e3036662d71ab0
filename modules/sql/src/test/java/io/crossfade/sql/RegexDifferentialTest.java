package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.Regex;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Regular expressions against PostgreSQL. */
class RegexDifferentialTest {

  private static Differential differential;

  @BeforeAll
  static void start() throws Exception {
    differential = new Differential();
  }

  @AfterAll
  static void stop() throws Exception {
    differential.close();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "s ~ 'a'",
        "s ~ '^a'",
        "s ~ 'b$'",
        "s ~* 'ABC'",
        "s !~ '[a-z]'",
        "s !~* '^[x-z]+$'",
        "s ~ '^\\s*$'",
        "s ~ '\\d'",
        "s ~ '[^[:space:]]{3,}'",
        "s ~ '^(a|b)*$'",
        "s ~ '(x|y){2}'",
        "s ~ '^.{2,4}$'",
        "s ~ 'a.c'",
        "s ~ '[]%_-]'",
        "s ~ '\\\\'",
        "s ~ '[\\\\,]'",
        "s ~ 'ß|é'",
        "s ~ '^.$'",
        "c ~ ' $'",
        "c ~ '^a *$'",
        "s ~ 'a*?b'",
        "s ~ '\\Aa' AND NOT s ~ 'b\\Z'",
        "s || 'x' ~ 'ax'",
        "substring(s FROM 'a.')",
        "substring(s, '[a-z]+')",
        "substring(s FROM '([a-z]*) ([a-z]+)')",
        "substring(c, 'a ')",
        "regexp_replace(s, 'a', 'X')",
        "regexp_replace(s, 'a', 'X', 'g')",
        "regexp_replace(s, 'A|b', '<\\&>', 'gi')",
        "regexp_replace(s, 'x*', '-', 'g')",
        "regexp_replace(s, '^', '>', 'g')",
        "regexp_replace(s, '$', '<')",
        "regexp_replace(s, '(a|ab)(c|bcd)?', '[\\&]', 'g')",
        "regexp_replace(s, '([a-z]+) ([a-z]*)', '\\2 \\1')",
        "regexp_replace(s, '(.*)b(.*)', '\\1|\\2')",
        "regexp_replace(s, '(a?)(a*)(b?)', '<\\1,\\2,\\3>', 'g')",
        "regexp_replace(s, '.*?b', 'z')",
        "regexp_replace(s, 'a.??', 'z', 'g')",
        "regexp_replace(s, '\\s+', ' ', 'g')",
        "regexp_replace(s, '[^0-9]', '', 'g')",
        "regexp_replace(s, '.', '\\\\\\&\\x\\9', 'g')",
        "regexp_replace(c, ' +$', '_')"
      })
  void shouldMatch(String expression) throws Exception {
    differential.compareWhereRead(expression, "s text", "c char(5)");
  }

  /**
   * Expressions made by chance over few letters, where the longest match is not the first found.
   */
  @Test
  void shouldFindTheLongestMatchOfRandomExpressions() throws Exception {
    Random random = new Random(5);
    List<String> differences = new ArrayList<>();
    int compared = 0;
    for (int i = 0; i < 400; i++) {
      String pattern = pattern(random, 3);
      Regex regex;
      try {
        regex = Regex.of(pattern, i % 5 == 0);
      } catch (PgError refused) {
        continue;
      }
      String operator = i % 5 == 0 ? "~*" : "~";
      String flags = i % 5 == 0 ? "gi" : "g";
      List<String> texts = new ArrayList<>();
      for (int j = 0; j < 40; j++) {
        StringBuilder text = new StringBuilder();
        random.ints(random.nextInt(9), 0, 4).forEach(k -> text.append("abAc".charAt(k)));
        texts.add(text.toString());
      }
      List<String> theirs =
          differential
              .oracle()
              .strings(
                  "SELECT (s %s '%s')::text || regexp_replace(s, '%s', '<\\&>', '%s') FROM unnest(string_to_array('%s', ',')) WITH ORDINALITY u(s, n) ORDER BY n"
                      .formatted(operator, pattern, pattern, flags, String.join(",", texts)));
      for (int j = 0; j < texts.size(); j++) {
        String text = texts.get(j);
        String ours =
            regex.isFoundIn(text)
                + regex.replace(
                    text, io.crossfade.sql.value.RegexReplacement.of("<\\&>", regex), true);
        compared++;
        if (!ours.equals(theirs.get(j))) {
          differences.add(pattern + " in " + text + ": " + ours + ", not " + theirs.get(j));
        }
      }
    }
    assertThat(differences).isEmpty();
    assertThat(compared).isGreaterThan(8000);
  }

  /** The groups of sequences, which are all that a replacement may refer to. */
  @Test
  void shouldGiveGroupsWhatPostgresGivesThem() throws Exception {
    Random random = new Random(6);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      StringBuilder pattern = new StringBuilder();
      for (int g = 0; g < 3; g++) {
        pattern.append('(');
        for (int k = random.nextInt(3); k >= 0; k--) {
          pattern.append(leaf(random)).append(pick(random, "", "*", "?", "+", "{1,2}"));
        }
        pattern.append(')').append(pick(random, "", "a", "b?"));
      }
      Regex regex = Regex.of(pattern.toString(), false);
      StringBuilder text = new StringBuilder();
      random.ints(9, 0, 3).forEach(k -> text.append("abc".charAt(k)));
      String ours =
          regex.replace(
              text.toString(),
              io.crossfade.sql.value.RegexReplacement.of("<\\1|\\2|\\3>", regex),
              true);
      String theirs =
          differential
              .oracle()
              .strings(
                  "SELECT regexp_replace('%s', '%s', '<\\1|\\2|\\3>', 'g')"
                      .formatted(text, pattern))
              .get(0);
      if (!ours.equals(theirs)) {
        differences.add(pattern + " in " + text + ": " + ours + ", not " + theirs);
      }
    }
    assertThat(differences).isEmpty();
  }

  private static String pick(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static String leaf(Random random) {
    return pick(random, "a", "b", "c", ".", "[ab]", "[^a]", "a");
  }

  private static String pattern(Random random, int depth) {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) {
      switch (depth == 0 ? 0 : random.nextInt(4)) {
        case 0, 1 -> out.append(leaf(random));
        case 2 ->
            out.append(pick(random, "(", "(?:")).append(pattern(random, depth - 1)).append(')');
        default ->
            out.append('(')
                .append(pattern(random, depth - 1))
                .append('|')
                .append(pattern(random, depth - 1))
                .append(')');
      }
      out.append(pick(random, "", "", "", "*", "?", "+", "{2}", "{1,2}"));
    }
    return out.toString();
  }
}

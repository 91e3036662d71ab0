package io.crossfade.sql.front;

import io.crossfade.sql.problem.SourcePosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * The user's text beside the text that the parser gets: the same, but for quotes around names that
 * PostgreSQL takes bare and the parser does not. Knows the way back from the parser's positions to
 * the user's.
 */
final class SourceText {

  private final String original;
  private final List<Token> tokens;
  private final String parsed;

  /** For each character of the parsed text the offset in the original that it stands for. */
  private final int[] toOriginal;

  private final List<Integer> originalLines;
  private final List<Integer> parsedLines;

  /** From an opening parenthesis of the parsed text to its closing one. */
  private final Map<Integer, Integer> parentheses;

  SourceText(String sql) {
    original = sql;
    tokens = Token.scan(sql);
    Copy copy = new Copy(sql);
    List<Boolean> quoted = NameQuoting.decide(tokens);
    Set<Integer> unnestEnds = new HashSet<>();
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      copy.upTo(token.start());
      if (isJsonElements(i)) {
        copy.append("UNNEST(", token.start());
        unnestEnds.add(closing(i + 1));
      }
      if (isJsonAggregate(i)) {
        copy.instead(token, "array_agg");
        continue;
      }
      int arrayType = arrayTypeEnd(i);
      if (arrayType > i) {
        copy.quotedType(tokens.subList(i, arrayType + 1));
        i = arrayType;
      } else if (isBareInterval(i)) {
        copy.cast(token, tokens.get(i + 1));
        i++;
      } else if (quoted.get(i)) {
        copy.quoted(token);
      } else if (token.is(";") && i == tokens.size() - 1) {
        copy.blank(token);
      } else {
        copy.upTo(token.end());
      }
      if (unnestEnds.contains(i)) {
        copy.append(")", token.start());
      }
    }
    copy.upTo(sql.length());
    parsed = copy.out.toString();
    toOriginal = copy.origins.stream().mapToInt(Integer::intValue).toArray();
    originalLines = lineStarts(original);
    parsedLines = lineStarts(parsed);
    parentheses = matchParentheses(parsed);
  }

  /** In FROM, where the parser reads UNNEST and no other function with an ordinality. */
  private boolean isJsonElements(int i) {
    boolean called =
        tokens.get(i).kind() == Token.Kind.WORD
            && ShapeCheck.JSON_ELEMENTS.containsKey(tokens.get(i).folded())
            && i + 1 < tokens.size()
            && tokens.get(i + 1).is("(");
    return called
        && i > 0
        && (tokens.get(i - 1).is("join")
            || tokens.get(i - 1).is("lateral")
            || (tokens.get(i - 1).is(",") && isInFrom(i)));
  }

  /** The parser reads ORDER BY in no other call than that of ARRAY_AGG. */
  private boolean isJsonAggregate(int i) {
    Token token = tokens.get(i);
    return (token.is("json_agg") || token.is("jsonb_agg"))
        && i + 1 < tokens.size()
        && tokens.get(i + 1).is("(");
  }

  private boolean isInFrom(int i) {
    int depth = 0;
    for (int at = i; at >= 0; at--) {
      Token token = tokens.get(at);
      depth += token.is(")") ? 1 : token.is("(") ? -1 : 0;
      if (depth == 0 && token.is("from")) {
        return true;
      }
    }
    return false;
  }

  /** The token that closes what is opened at this one; behind the last where none does. */
  private int closing(int opening) {
    int depth = 0;
    for (int at = opening; at < tokens.size(); at++) {
      depth += tokens.get(at).is("(") ? 1 : tokens.get(at).is(")") ? -1 : 0;
      if (depth == 0) {
        return at;
      }
    }
    return tokens.size();
  }

  /** The offset in the original of the last such word before an offset. */
  int wordBefore(String word, int offset) {
    return tokens.stream()
        .filter(token -> token.is(word) && token.end() <= offset)
        .mapToInt(Token::start)
        .max()
        .orElseThrow();
  }

  /**
   * Where a type that starts here and ends with {@code []} ends; the parser reads no such types but
   * takes a quoted name for one.
   */
  private int arrayTypeEnd(int start) {
    boolean behindCast =
        start > 0
            && tokens.get(start).kind() == Token.Kind.WORD
            && (tokens.get(start - 1).is("::") || tokens.get(start - 1).is("as"));
    int end = start;
    while (behindCast && end + 1 < tokens.size() && isTypePart(tokens.get(end + 1))) {
      end++;
    }
    boolean array =
        behindCast
            && end + 2 < tokens.size()
            && tokens.get(end + 1).is("[")
            && tokens.get(end + 2).is("]");
    return array ? end + 2 : -1;
  }

  private static boolean isTypePart(Token token) {
    return token.kind() == Token.Kind.WORD
        || token.kind() == Token.Kind.NUMBER
        || token.is("(")
        || token.is(")")
        || token.is(",");
  }

  /** {@code INTERVAL '1 day'}, which the parser wants to have a field behind it. */
  private boolean isBareInterval(int i) {
    boolean literal =
        tokens.get(i).is("interval")
            && i + 1 < tokens.size()
            && tokens.get(i + 1).kind() == Token.Kind.STRING
            && (i == 0 || !tokens.get(i - 1).is("."));
    boolean field =
        i + 2 < tokens.size()
            && tokens.get(i + 2).kind() == Token.Kind.WORD
            && Keywords.INTERVAL_FIELDS.contains(tokens.get(i + 2).folded());
    return literal && !field;
  }

  private static final class Copy {
    private final String from;
    private final StringBuilder out = new StringBuilder();
    private final List<Integer> origins = new ArrayList<>();
    private int done;

    Copy(String from) {
      this.from = from;
    }

    void upTo(int end) {
      for (; done < end; done++) {
        // The parser would count a carriage return as a line of its own.
        append(from.charAt(done) == '\r' ? ' ' : from.charAt(done), done);
      }
    }

    void quoted(Token token) {
      append('"', token.start());
      String name = token.folded();
      for (int i = 0; i < name.length(); i++) {
        append(name.charAt(i), token.start() + i);
      }
      append('"', token.end() - 1);
      done = token.end();
    }

    /** A type of several words and signs as one name. */
    void quotedType(List<Token> type) {
      StringBuilder name = new StringBuilder();
      Token before = null;
      for (Token token : type) {
        boolean words =
            before != null
                && token.kind() == Token.Kind.WORD
                && (before.kind() == Token.Kind.WORD || before.is(")"));
        name.append(words ? " " : "").append(token.folded());
        before = token;
      }
      append("\"" + name + "\"", type.get(0).start());
      done = before.end();
    }

    /** {@code INTERVAL '…'} as a cast to that type. */
    void cast(Token type, Token literal) {
      append("CAST(", type.start());
      done = literal.start();
      upTo(literal.end());
      append(" AS \"" + type.folded() + "\")", literal.end() - 1);
    }

    private void append(String text, int origin) {
      text.chars().forEach(c -> append((char) c, origin));
    }

    void instead(Token token, String word) {
      append(word, token.start());
      done = token.end();
    }

    void blank(Token token) {
      append(' ', token.start());
      done = token.end();
    }

    private void append(char c, int origin) {
      out.append(c);
      origins.add(origin);
    }
  }

  private static List<Integer> lineStarts(String text) {
    List<Integer> starts = new ArrayList<>(List.of(0));
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\n') {
        starts.add(i + 1);
      }
    }
    return starts;
  }

  private static Map<Integer, Integer> matchParentheses(String text) {
    Map<Integer, Integer> pairs = new HashMap<>();
    Deque<Integer> open = new ArrayDeque<>();
    for (Token token : Token.scan(text)) {
      if (token.is("(")) {
        open.push(token.start());
      } else if (token.is(")") && !open.isEmpty()) {
        pairs.put(open.pop(), token.start());
      }
    }
    return pairs;
  }

  String original() {
    return original;
  }

  List<Token> tokens() {
    return tokens;
  }

  /** Offset in the original behind the last token, a final semicolon not counted. */
  int statementEnd() {
    int last = tokens.size() - 1;
    if (last > 0 && tokens.get(last).is(";")) {
      last--;
    }
    return last < 0 ? 0 : tokens.get(last).end();
  }

  /** What the parser is given. */
  String parsed() {
    return parsed;
  }

  /** The user's line and column of an offset in his text. */
  SourcePosition position(int originalOffset) {
    int line = originalLines.size();
    while (originalLines.get(line - 1) > originalOffset) {
      line--;
    }
    return new SourcePosition(line, originalOffset - originalLines.get(line - 1) + 1);
  }

  /** The user's line and column of a place that the parser names. */
  SourcePosition position(int parsedLine, int parsedColumn) {
    return position(originalOffset(parsedOffset(parsedLine, parsedColumn)));
  }

  private int parsedOffset(int line, int column) {
    if (line < 1 || line > parsedLines.size()) {
      return 0;
    }
    return Math.min(parsedLines.get(line - 1) + Math.max(column, 1) - 1, parsed.length());
  }

  int startOffset(SqlParserPos pos) {
    return parsedOffset(pos.getLineNum(), pos.getColumnNum());
  }

  /** Behind the last character. */
  int endOffset(SqlParserPos pos) {
    return parsedOffset(pos.getEndLineNum(), pos.getEndColumnNum()) + 1;
  }

  int originalOffset(int parsedOffset) {
    if (toOriginal.length == 0) {
      return 0;
    }
    return parsedOffset < toOriginal.length
        ? toOriginal[parsedOffset]
        : Math.max(original.stripTrailing().length() - 1, 0);
  }

  /** The parser's text of a node. */
  String textAt(SqlParserPos pos) {
    return parsed.substring(startOffset(pos), endOffset(pos));
  }

  /** The word with which the node begins in the user's text. */
  String wordAt(SqlParserPos pos) {
    int offset = originalOffset(startOffset(pos));
    return tokens.stream()
        .filter(token -> token.start() == offset)
        .map(Token::folded)
        .findFirst()
        .orElse("");
  }

  /** Whether the node is exactly one pair of parentheses and what is in it. */
  boolean isParenthesised(SqlParserPos pos) {
    Integer close = parentheses.get(startOffset(pos));
    return close != null && close == endOffset(pos) - 1;
  }
}

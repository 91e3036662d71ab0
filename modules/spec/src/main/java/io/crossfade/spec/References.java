package io.crossfade.spec;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${env:NAME}} and {@code ${file:PATH}}; {@code $${} stands for a plain <code>${
 * </code>. No message repeats what a value holds: it may be a password that happens to look like a
 * reference.
 */
final class References {
  /** An escape, a reference with its kind and name, or a beginning that is neither. */
  private static final Pattern TOKEN =
      Pattern.compile("\\$(?<escaped>\\$\\{)|\\$\\{(?:(?<kind>env|file):(?<name>[^{}]*)})?");

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final long LARGEST_FILE = 1 << 20;

  private final Path directory;
  private final Map<String, String> environment;

  /**
   * @param directory where relative paths begin
   */
  References(Path directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment = environment;
  }

  static boolean in(String text) {
    return TOKEN.matcher(text).find();
  }

  /** Where the first one begins, in a text that has one. */
  static int first(String text) {
    Matcher matcher = TOKEN.matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no reference");
    }
    return matcher.start();
  }

  /** The text with all references replaced; empty where one cannot be, and a problem says why. */
  Optional<String> replace(YamlTree tree, String pointer, List<Problem> problems) {
    String text = tree.text(pointer).orElseThrow();
    Matcher matcher = TOKEN.matcher(text);
    StringBuilder replaced = new StringBuilder();
    int before = problems.size();
    while (matcher.find()) {
      String value = "";
      try {
        value = value(matcher);
      } catch (Unresolved e) {
        problems.add(tree.placeIn(pointer, matcher.start()).problem(e.getMessage()));
      }
      matcher.appendReplacement(replaced, Matcher.quoteReplacement(value));
    }
    matcher.appendTail(replaced);
    return problems.size() == before ? Optional.of(replaced.toString()) : Optional.empty();
  }

  private String value(Matcher token) throws Unresolved {
    if (token.group("escaped") != null) {
      return token.group("escaped");
    }
    if (token.group("kind") == null) {
      throw new Unresolved(
          "unknown reference; write ${env:NAME} or ${file:PATH}, or $${ for a plain ${");
    }
    String name = token.group("name");
    return token.group("kind").equals("env") ? variable(name) : file(name);
  }

  private String variable(String name) throws Unresolved {
    if (!VARIABLE.matcher(name).matches()) {
      throw new Unresolved("${env:…} needs the name of an environment variable");
    }
    String value = environment.get(name);
    if (value == null) {
      throw new Unresolved("the environment variable " + name + " is not set");
    }
    return value;
  }

  private String file(String name) throws Unresolved {
    if (name.isBlank()) {
      throw new Unresolved("${file:…} needs the path of a file");
    }
    try {
      Path path = directory.resolve(name);
      if (Files.isDirectory(path)) {
        throw new Unresolved("cannot read the file " + name + ": it is a directory");
      }
      if (Files.exists(path) && Files.size(path) > LARGEST_FILE) {
        throw new Unresolved("cannot read the file " + name + ": it is larger than 1 MiB");
      }
      return Files.readString(path).replaceFirst("\r?\n\\z", "");
    } catch (NoSuchFileException e) {
      throw new Unresolved("cannot read the file " + name + ": there is none");
    } catch (AccessDeniedException e) {
      throw new Unresolved("cannot read the file " + name + ": permission denied");
    } catch (CharacterCodingException e) {
      throw new Unresolved("cannot read the file " + name + ": it is not UTF-8 text");
    } catch (InvalidPathException | IOException e) {
      throw new Unresolved("cannot read the file " + name);
    }
  }

  /** Why a reference cannot be replaced; never with what a value holds. */
  private static final class Unresolved extends Exception {
    Unresolved(String message) {
      super(message);
    }
  }
}

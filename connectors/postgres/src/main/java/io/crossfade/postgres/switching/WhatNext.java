package io.crossfade.postgres.switching;

import java.util.List;

/** What to do about a step that the server has refused. */
final class WhatNext {

  private WhatNext() {}

  /**
   * For people.
   *
   * @param stays what was executed for the statement before
   * @param forgetting how the statement is forgotten
   */
  static String after(String state, List<String> stays, String forgetting) {
    String next = cause(state) + ", then start again: it goes on with this step";
    return stays.isEmpty()
        ? next
        : next
            + ". To do without the statement, undo what it has done ("
            + String.join("; ", stays)
            + ") and have it forgotten: "
            + forgetting;
  }

  private static String cause(String state) {
    return switch (state) {
      case StepRun.TOO_LONG ->
          "find out why it reads or rewrites the table, and write it another way, or run it by hand"
              + " when nobody is there and take it out";
      case "42501" ->
          "have our role be a member of the role that owns the table, with CREATE on the schema";
      case "42P06", "42P07", "42701", "42710" ->
          "where somebody has executed it by hand, take it out or write IF NOT EXISTS; else choose"
              + " another name";
      case "0A000" ->
          "write it so that the server can do it (an index of a partitioned table cannot be built"
              + " CONCURRENTLY), or run it by hand and take it out";
      default ->
          state.startsWith("23")
              ? "correct the rows that do not fit it"
              : "correct the statement, or what it is about";
    };
  }
}

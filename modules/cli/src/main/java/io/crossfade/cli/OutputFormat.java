package io.crossfade.cli;

/** How a command prints its data. */
enum OutputFormat {
  text,
  json
}

package io.crossfade.postgres;

/** Types that are made by users and extensions, by how they are made. */
enum TypeKind {
  ARRAY(
      "array",
      "of whatever may be carried, all dimensions and bounds",
      "as its elements, where those are as printed"),
  DOMAIN(
      "domain", "over whatever may be carried", "as the type it is over, where that is as printed"),
  ENUM("enum", "values added while it runs must be added in the target first", "yes"),
  RANGE(
      "range",
      "over whatever may be carried",
      "built-in ones as their bounds, where those are as printed; else no"),
  MULTIRANGE("multirange", "over whatever may be carried", "as its range"),
  COMPOSITE("composite", "of whatever may be carried", "no: its equality is that of its fields"),
  EXTENSION(
      "of an extension",
      "what its output function prints; tested are hstore, citext, ltree",
      "no: its equality is its own, as that of citext, to which 'a' is 'A'");

  private final String display;
  private final String carried;
  private final String key;

  TypeKind(String display, String carried, String key) {
    this.display = display;
    this.carried = carried;
    this.key = key;
  }

  String display() {
    return display;
  }

  /** On which condition it is carried. */
  String carried() {
    return carried;
  }

  /** Whether it may be in a key. */
  String key() {
    return key;
  }
}

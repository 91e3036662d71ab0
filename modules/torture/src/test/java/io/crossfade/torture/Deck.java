package io.crossfade.torture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Cards that are drawn in random order, each once before any comes again: so that a short run meets
 * many kinds of faults, and no long run leaves one out.
 */
final class Deck<T> {

  private final List<T> cards;
  private final Random random;
  private final List<T> left = new ArrayList<>();

  Deck(List<T> cards, Random random) {
    this.cards = List.copyOf(cards);
    this.random = random;
  }

  T draw() {
    if (left.isEmpty()) {
      left.addAll(cards);
      Collections.shuffle(left, random);
    }
    return left.remove(left.size() - 1);
  }
}

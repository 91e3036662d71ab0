package io.crossfade.sql.value;

import io.crossfade.sql.value.RegexSyntax.Group;
import io.crossfade.sql.value.RegexSyntax.Node;
import io.crossfade.sql.value.RegexSyntax.Repeat;
import io.crossfade.sql.value.RegexSyntax.Sequence;
import java.util.ArrayList;
import java.util.List;

/**
 * Which part of a match belongs to which group, for expressions that are a sequence of characters
 * that may repeat, with parentheses around parts of it. There PostgreSQL gives each from the left
 * as much as it can have.
 */
final class RegexGroups {

  /** A character so many times, or (without a set) a place where a group opens or closes. */
  private record Item(CharacterSet set, int least, int most, int opens, int closes) {}

  private final List<Item> items = new ArrayList<>();
  private int groups;

  private RegexGroups() {}

  static boolean isPlain(Node node) {
    if (node instanceof Sequence sequence) {
      return sequence.parts().stream().allMatch(RegexGroups::isPlain);
    }
    if (node instanceof Group group) {
      return isPlain(group.body());
    }
    if (node instanceof Repeat repeat) {
      return repeat.body() instanceof CharacterSet && !repeat.shortest();
    }
    return node instanceof CharacterSet || node instanceof RegexSyntax.Edge;
  }

  /** Start and end of each group of a match. */
  static int[][] spans(Node root, int[] points, int start, int end) {
    RegexGroups sequence = new RegexGroups();
    sequence.flatten(root);
    return sequence.spans(points, start, end);
  }

  private void flatten(Node node) {
    if (node instanceof Sequence sequence) {
      sequence.parts().forEach(this::flatten);
    } else if (node instanceof Group group) {
      groups = Math.max(groups, group.number());
      items.add(new Item(null, 0, 0, group.number(), 0));
      flatten(group.body());
      items.add(new Item(null, 0, 0, 0, group.number()));
    } else if (node instanceof Repeat repeat) {
      items.add(new Item((CharacterSet) repeat.body(), repeat.least(), repeat.most(), 0, 0));
    } else if (node instanceof CharacterSet set) {
      items.add(new Item(set, 1, 1, 0, 0));
    }
  }

  private int[][] spans(int[] points, int start, int end) {
    boolean[][] fits = fits(points, start, end);
    int[][] spans = new int[groups][2];
    int at = start;
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      if (item.set() == null) {
        if (item.opens() > 0) {
          spans[item.opens() - 1][0] = at;
        } else {
          spans[item.closes() - 1][1] = at;
        }
        continue;
      }
      int longest = -1;
      for (int taken = 0; taken <= item.most() && at + taken <= end; taken++) {
        if (taken > 0 && !item.set().contains(points[at + taken - 1])) {
          break;
        }
        if (taken >= item.least() && fits[i + 1][at + taken - start]) {
          longest = taken;
        }
      }
      at += longest;
    }
    return spans;
  }

  /** Whether the items from one on can take all from a place to the end. */
  private boolean[][] fits(int[] points, int start, int end) {
    int length = end - start;
    boolean[][] fits = new boolean[items.size() + 1][length + 1];
    fits[items.size()][length] = true;
    for (int i = items.size() - 1; i >= 0; i--) {
      Item item = items.get(i);
      for (int from = length; from >= 0; from--) {
        fits[i][from] =
            item.set() == null ? fits[i + 1][from] : fits(item, points, start, from, fits[i + 1]);
      }
    }
    return fits;
  }

  private static boolean fits(Item item, int[] points, int start, int from, boolean[] rest) {
    for (int taken = 0; taken <= item.most() && from + taken < rest.length; taken++) {
      if (taken > 0 && !item.set().contains(points[start + from + taken - 1])) {
        return false;
      }
      if (taken >= item.least() && rest[from + taken]) {
        return true;
      }
    }
    return false;
  }
}

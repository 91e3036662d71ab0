package io.crossfade.sql.bind;

import io.crossfade.sql.front.Term.CallTerm;
import java.util.List;

/** Binds a form that is more than a choice among overloads. */
interface Form {
  Expr bind(CallTerm call, List<Bound> arguments);
}

package io.crossfade.capture;

import io.crossfade.core.source.RowSink;
import io.crossfade.core.source.SourceDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Stands before a source and lets something happen while chunks are read there. */
final class BrokenChunks {

  private final Consumer<SourceDatabase> before;
  private final Runnable within;
  private final AtomicInteger left;

  /**
   * @param before each of the chunks
   * @param within each of them, when some of its rows are here and others are not
   * @param chunks how many it happens to
   */
  BrokenChunks(Consumer<SourceDatabase> before, Runnable within, int chunks) {
    this.before = before;
    this.within = within;
    this.left = new AtomicInteger(chunks);
  }

  /** How many chunks it has to happen to still. */
  int left() {
    return Math.max(0, left.get());
  }

  /** The source as capture sees it. */
  SourceDatabase of(SourceDatabase source) {
    return (SourceDatabase)
        Proxy.newProxyInstance(
            SourceDatabase.class.getClassLoader(),
            new Class<?>[] {SourceDatabase.class},
            (proxy, method, arguments) -> call(source, method, arguments));
  }

  private Object call(SourceDatabase source, Method method, Object[] arguments) throws Throwable {
    Object[] passed = arguments;
    if (method.getName().equals("readChunk") && left.getAndDecrement() > 0) {
      before.accept(source);
      passed = arguments.clone();
      passed[passed.length - 1] = broken((RowSink) passed[passed.length - 1]);
    }
    try {
      return method.invoke(source, passed);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private RowSink broken(RowSink sink) {
    AtomicInteger rows = new AtomicInteger();
    return (row, sinceLog) -> {
      if (rows.incrementAndGet() == 10) {
        within.run();
      }
      return sink.take(row, sinceLog);
    };
  }
}

package io.crossfade.capture;

import io.crossfade.core.source.SourceDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stands before a source and holds the marker of the first chunk back that is read there. The other
 * markers pass.
 */
final class LateMarkers {

  private static final int SECONDS = 60;

  private final CountDownLatch read = new CountDownLatch(1);
  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch written = new CountDownLatch(1);
  private volatile Thread reader;

  /** The source as capture sees it. */
  SourceDatabase of(SourceDatabase source) {
    return (SourceDatabase)
        Proxy.newProxyInstance(
            SourceDatabase.class.getClassLoader(),
            new Class<?>[] {SourceDatabase.class},
            (proxy, method, arguments) -> call(source, method, arguments));
  }

  private Object call(SourceDatabase source, Method method, Object[] arguments) throws Throwable {
    boolean late =
        method.getName().equals("mark")
            && Thread.currentThread().equals(reader)
            && written.getCount() > 0;
    if (late) {
      read.countDown();
      await(told);
    }
    try {
      Object result = method.invoke(source, arguments);
      if (method.getName().equals("readChunk") && reader == null) {
        reader = Thread.currentThread();
      }
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      if (late) {
        written.countDown();
      }
    }
  }

  /** Waits until the chunk's rows are here, and only its marker is missing. */
  void awaitRead() throws InterruptedException {
    await(read);
  }

  /** Has the marker written, and waits until it is. */
  void write() throws InterruptedException {
    told.countDown();
    await(written);
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    if (!latch.await(SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("not within " + SECONDS + " s");
    }
  }
}

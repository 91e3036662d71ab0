package io.crossfade.sql;

import io.crossfade.plugin.ScalarFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * The functions in the jars of a directory. Close it when nothing that was compiled with them is
 * used any more.
 */
public final class Plugins implements AutoCloseable {

  private final URLClassLoader loader;
  private final List<ScalarFunction> functions;

  private Plugins(URLClassLoader loader, List<ScalarFunction> functions) {
    this.loader = loader;
    this.functions = List.copyOf(functions);
  }

  /**
   * Loads the jars of a directory, in the order of their names.
   *
   * @throws IOException where the directory cannot be read, has no jar, or where a jar names a
   *     function that cannot be made; the message says which
   */
  public static Plugins load(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
    URL[] jars;
    try (Stream<Path> files = Files.list(directory)) {
      jars =
          files
              .filter(file -> file.getFileName().toString().endsWith(".jar"))
              .sorted()
              .map(Plugins::url)
              .toArray(URL[]::new);
    }
    if (jars.length == 0) {
      throw new IOException("there is no jar in the plugin directory " + directory);
    }
    URLClassLoader loader = new URLClassLoader(jars, ScalarFunction.class.getClassLoader());
    try {
      return new Plugins(loader, functions(loader));
    } catch (ServiceConfigurationError | LinkageError e) {
      loader.close();
      throw new IOException("a plugin in " + directory + " cannot be loaded: " + e.getMessage(), e);
    }
  }

  /** Only those of the jars: what the class path has beside them is not the user's. */
  private static List<ScalarFunction> functions(ClassLoader loader) {
    List<ScalarFunction> functions = new ArrayList<>();
    Iterator<ScalarFunction> found = ServiceLoader.load(ScalarFunction.class, loader).iterator();
    while (found.hasNext()) {
      ScalarFunction function = found.next();
      if (function.getClass().getClassLoader() == loader) {
        functions.add(function);
      }
    }
    return functions;
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@link SqlCompiler} takes. */
  public List<ScalarFunction> functions() {
    return functions;
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}

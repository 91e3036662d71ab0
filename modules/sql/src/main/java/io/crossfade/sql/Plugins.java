package io.crossfade.sql;

import io.crossfade.plugin.Mapper;
import io.crossfade.plugin.MapperCall;
import io.crossfade.plugin.ScalarFunction;
import io.crossfade.sql.front.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The functions and mappers in the jars of a directory. Close it when nothing that was compiled
 * with them is used any more. Safe for use by several threads.
 *
 * <p>A mapper is loaded from its own jar alone, so that what it does depends on what this one file
 * holds: of that a hash can be kept, and another jar beside it changes nothing.
 */
public final class Plugins implements AutoCloseable {

  /** No directory was named. */
  public static final Plugins NONE = new Plugins(List.of(), List.of(), List.of());

  private static final String API = Mapper.class.getPackageName() + ".";

  private final List<Path> jars;
  private final List<ScalarFunction> functions;
  private final List<URLClassLoader> loaders;
  private final Map<String, UserMapper> mappers = new HashMap<>();

  private Plugins(List<Path> jars, List<ScalarFunction> functions, List<URLClassLoader> loaders) {
    this.jars = List.copyOf(jars);
    this.functions = List.copyOf(functions);
    this.loaders = new ArrayList<>(loaders);
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
    List<Path> jars;
    try (Stream<Path> files = Files.list(directory)) {
      jars = files.filter(file -> file.getFileName().toString().endsWith(".jar")).sorted().toList();
    }
    if (jars.isEmpty()) {
      throw new IOException("there is no jar in the plugin directory " + directory);
    }
    URLClassLoader loader = loader(jars);
    try {
      return new Plugins(jars, functions(loader), List.of(loader));
    } catch (ServiceConfigurationError | LinkageError e) {
      loader.close();
      throw new IOException("a plugin in " + directory + " cannot be loaded: " + e.getMessage(), e);
    }
  }

  private static URLClassLoader loader(List<Path> jars) {
    return new URLClassLoader(
        jars.stream().map(Plugins::url).toArray(URL[]::new), ScalarFunction.class.getClassLoader());
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

  /**
   * A mapper.
   *
   * @param className as Java writes it, for instance {@code com.example.InvoiceMapper}
   * @throws IllegalArgumentException where there is none that can be used; the message says why
   */
  public synchronized UserMapper mapper(String className) {
    UserMapper known = mappers.get(className);
    if (known == null) {
      known = load(className);
      mappers.put(className, known);
    }
    return known;
  }

  private UserMapper load(String className) {
    if (jars.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no class " + className + ": name the directory of its jar with --plugins DIR");
    }
    try {
      Path jar = jarOf(className);
      URLClassLoader loader = new URLClassLoader(new URL[] {url(jar)}, new ApiOnly());
      loaders.add(loader);
      return new UserMapper(declared(make(className, loader)), code(jar));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          className + " cannot be read from its jar: " + e.getMessage(), e);
    }
  }

  private Path jarOf(String className) throws IOException {
    List<String> known = new ArrayList<>();
    List<Path> found = new ArrayList<>();
    for (Path jar : jars) {
      for (String name : classes(jar)) {
        known.add(name);
        if (name.equals(className)) {
          found.add(jar);
        }
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "no jar of --plugins has a class " + className + NearestName.hint(className, known));
    }
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          className
              + " is in several jars of --plugins: "
              + String.join(", ", found.stream().map(j -> j.getFileName().toString()).toList())
              + "; leave it in one");
    }
    return found.get(0);
  }

  private static List<String> classes(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(JarEntry::getName)
          .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toList();
    }
  }

  private static Mapper make(String className, ClassLoader loader) {
    Class<?> found;
    try {
      found = Class.forName(className, true, loader);
      if (!Mapper.class.isAssignableFrom(found)) {
        throw new IllegalArgumentException(
            className + " does not implement " + Mapper.class.getName());
      }
      return (Mapper) found.getConstructor().newInstance();
    } catch (IllegalAccessException | InstantiationException | NoSuchMethodException e) {
      throw new IllegalArgumentException(
          className + " must be a public class with a public constructor without parameters", e);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(className + " cannot be made: " + e.getCause(), e);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalArgumentException(
          className + " cannot be loaded: " + e + "; its jar must hold all that it uses", e);
    }
  }

  private static MapperCall declared(Mapper mapper) {
    try {
      return MapperCall.of(mapper);
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalArgumentException(
          mapper.getClass().getName() + " cannot say what it reads and gives: " + e, e);
    }
  }

  /**
   * A hash of what a jar holds, whenever and by whatever it was packed: of all that can have a part
   * in what its classes do.
   */
  private static String code(Path jar) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (Enumeration<JarEntry> all = file.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        if (!entry.isDirectory() && !isBeside(entry.getName())) {
          try (InputStream in = file.getInputStream(entry)) {
            contents.put(entry.getName(), sha256().digest(in.readAllBytes()));
          }
        }
      }
    }
    MessageDigest all = sha256();
    contents.forEach(
        (name, hash) -> {
          all.update(name.getBytes(StandardCharsets.UTF_8));
          all.update(hash);
        });
    return HexFormat.of().formatHex(all.digest());
  }

  /** Who built it when, which changes without the code; and our interface, which is never read. */
  private static boolean isBeside(String name) {
    return name.equals(JarFile.MANIFEST_NAME)
        || name.startsWith("META-INF/maven/")
        || name.startsWith(API.replace('.', '/'));
  }

  /** What a mapper sees beside its own jar: the JDK and the interface, none of our libraries. */
  private static final class ApiOnly extends ClassLoader {

    ApiOnly() {
      super(ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (!name.startsWith(API)) {
        throw new ClassNotFoundException(name);
      }
      return Mapper.class.getClassLoader().loadClass(name);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (URLClassLoader loader : loaders) {
      loader.close();
    }
  }
}

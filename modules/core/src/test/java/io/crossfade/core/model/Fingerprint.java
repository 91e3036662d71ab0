package io.crossfade.core.model;

import io.crossfade.core.table.Key;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * A number for all that an object holds, private fields included, since the classes that are
 * checked hide what they remember. Two objects that hold the same have the same number; the order
 * of sets and maps counts only where they keep one.
 */
final class Fingerprint {

  /** A field with this annotation follows from others, or changes nothing that comes later. */
  @Retention(RetentionPolicy.RUNTIME)
  @interface Ignored {}

  private static final ClassValue<Field[]> FIELDS =
      new ClassValue<>() {
        @Override
        protected Field[] computeValue(Class<?> type) {
          List<Field> fields = new ArrayList<>();
          for (Class<?> c = type; c != Object.class && c != Record.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
              if (!Modifier.isStatic(field.getModifiers())
                  && !field.isSynthetic()
                  && !field.isAnnotationPresent(Ignored.class)
                  && !field.getType().isAnnotationPresent(FunctionalInterface.class)) {
                field.setAccessible(true);
                fields.add(field);
              }
            }
          }
          return fields.toArray(Field[]::new);
        }
      };

  private Fingerprint() {}

  static long of(Object object) {
    if (object == null) {
      return 0x9E3779B97F4A7C15L;
    }
    if (object instanceof Number number) {
      return mix(number.longValue() + 0x51ED);
    }
    if (object instanceof String || object instanceof Boolean || object instanceof Key) {
      return mix(object.hashCode() * 31L + 7);
    }
    if (object instanceof Enum<?> e) {
      return mix(e.ordinal() * 131L + 3);
    }
    if (object instanceof Optional<?> optional) {
      return mix(of(optional.orElse(null)) + 11);
    }
    if (object instanceof OptionalLong optional) {
      return mix(optional.orElse(Long.MIN_VALUE) + 19);
    }
    if (object instanceof Map<?, ?> map) {
      boolean ordered = map instanceof SortedMap || map instanceof LinkedHashMap;
      long sum = 13;
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        long one = mix(of(entry.getKey()) * 31 + of(entry.getValue()));
        sum = ordered ? mix(sum + one) : sum + one;
      }
      return mix(sum);
    }
    if (object instanceof Collection<?> collection) {
      boolean ordered = !(collection instanceof Set) || collection instanceof SortedSet;
      long sum = 17;
      for (Object element : collection) {
        sum = ordered ? mix(sum * 31 + of(element)) : sum + of(element);
      }
      return mix(sum);
    }
    return ofFields(object);
  }

  private static long ofFields(Object object) {
    long sum = object.getClass().getName().hashCode();
    try {
      for (Field field : FIELDS.get(object.getClass())) {
        Class<?> type = field.getType();
        long one =
            type == int.class || type == long.class
                ? mix(field.getLong(object) + 0x51ED)
                : of(field.get(object));
        sum = mix(sum * 31 + one);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("a field of " + object.getClass() + " cannot be read", e);
    }
    return sum;
  }

  /** The end of splitmix64: each bit of the argument changes half of the bits of the result. */
  private static long mix(long x) {
    long y = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    y = (y ^ (y >>> 27)) * 0x94D049BB133111EBL;
    return y ^ (y >>> 31);
  }
}

package io.sluice.internal.bind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.internal.load.NativeLoader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The metadata for GraalVM's native-image in the jar says what the code does: which methods C registers or calls through JNI, what
 * Java looks up by name, which shapes of C functions FFM calls, which resources are read. Made anew from the classes and compared; a
 * failure prints what is to be in the file.
 */
class ReachabilityMetadataIT {
  private static final String RESOURCE = "META-INF/native-image/io.sluice/sluice/reachability-metadata.json";
  private static final String PACKAGE = "io.sluice.internal.bind.";

  private static String metadata;
  private static List<String> classes;

  @BeforeAll
  static void read() throws Exception {
    try (InputStream in = Bindings.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      assertTrue(in != null, "no " + RESOURCE);
      metadata = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Path jar = Path.of(Bindings.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assumeTrue(jar.toString().endsWith(".jar"), "Sluice does not run from its jar");
    try (JarFile file = new JarFile(jar.toFile())) {
      classes =
          file.stream()
              .map(e -> e.getName().replaceFirst("^META-INF/versions/[0-9]+/", "").replace('/', '.'))
              .filter(n -> n.startsWith(PACKAGE) && n.endsWith(".class"))
              .map(n -> n.substring(0, n.length() - ".class".length()))
              .distinct()
              .sorted()
              .toList();
    }
  }

  private static Stream<Class<?>> ofBinding(String name) {
    return classes.stream()
        .filter(n -> n.startsWith(PACKAGE + name) && !n.contains("Provider"))
        .map(n -> {
          try {
            return Class.forName(n, false, Bindings.class.getClassLoader());
          } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
          }
        });
  }

  // ---- JNI ----

  private static String entry(String type, Stream<String> methods) {
    return entry(type, "", methods);
  }

  private static String entry(String type, String fields, Stream<String> methods) {
    String begin = "    {\n      \"type\": \"" + type + "\",\n      \"jniAccessible\": true,\n" + fields + "      \"methods\": [\n";
    return methods.collect(Collectors.joining(",\n", begin, "\n      ]\n    }"));
  }

  /** What JNI_OnLoad reads in the class that loads the library. */
  private static String fields(Class<?> type) {
    return type == JniBinding.class ? "      \"fields\": [\n        {\"name\": \"loading\"}\n      ],\n" : "";
  }

  private static String method(String name, Class<?>... parameters) {
    String types = Arrays.stream(parameters).map(p -> "\"" + p.getName() + "\"").collect(Collectors.joining(", "));
    return "        {\"name\": \"" + name + "\", \"parameterTypes\": [" + types + "]}";
  }

  private static Stream<String> natives(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(m -> Modifier.isNative(m.getModifiers()))
        .sorted(Comparator.comparing(Method::getName))
        .map(m -> method(m.getName(), m.getParameterTypes()));
  }

  @Test
  void whatIsReachedByNameIsListed() {
    String registered =
        ofBinding("Jni")
            .filter(c -> Arrays.stream(c.getDeclaredMethods()).anyMatch(m -> Modifier.isNative(m.getModifiers())))
            .map(c -> entry(c.getName(), fields(c), natives(c)))
            .collect(Collectors.joining(",\n"));
    // JNI_OnLoad asks whether this thread is loading, or looks for the class that loads the library on the stack.
    String called =
        entry("java.lang.StackTraceElement", Stream.of(method("getClassName"), method("getMethodName"))) + ",\n"
            + entry("java.lang.Thread", Stream.of(method("currentThread"))) + ",\n"
            + entry("java.lang.Throwable", Stream.of(method("<init>"), method("getStackTrace")));
    // NioOptions looks for options by name that a JDK may lack.
    String lookedUp = "    {\n      \"type\": \"jdk.net.ExtendedSocketOptions\",\n      \"allPublicFields\": true\n    }";
    String expected = "  \"reflection\": [\n" + registered + ",\n" + called + ",\n" + lookedUp + "\n  ]";
    assertTrue(metadata.contains(expected), () -> RESOURCE + " must contain\n" + expected);
  }

  // ---- FFM ----

  private static String layout(Class<?> type) {
    return type.isPrimitive() ? (type == void.class ? "" : "j") + type.getName() : "void*";
  }

  private static String downcall(MethodType type) {
    String parameters = type.parameterList().stream().map(p -> "\"" + layout(p) + "\"").collect(Collectors.joining(", "));
    return "      {\"returnType\": \"" + layout(type.returnType()) + "\", \"parameterTypes\": [" + parameters + "]}";
  }

  private static Stream<MethodType> handles(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields())
        .filter(f -> f.getType() == MethodHandle.class)
        .map(ReachabilityMetadataIT::typeOf);
  }

  private static MethodType typeOf(Field handle) {
    try {
      handle.setAccessible(true);
      return ((MethodHandle) handle.get(null)).type();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyShapeOfFunctionThatFfmCallsIsListed() throws Exception {
    assumeTrue(Bindings.obstacle(Bindings.FFM) == null, Bindings.obstacle(Bindings.FFM));
    try {
      NativeLoader.shared().load(Bindings.FFM);
    } catch (UnavailableException e) {
      assumeTrue(false, e.getMessage());
    }
    Set<String> calls = new TreeSet<>();
    ofBinding("Ffm").flatMap(ReachabilityMetadataIT::handles).map(ReachabilityMetadataIT::downcall).forEach(calls::add);
    String expected = "  \"foreign\": {\n    \"downcalls\": [\n" + String.join(",\n", calls) + "\n    ]\n  }";
    assertTrue(metadata.contains(expected), () -> RESOURCE + " must contain\n" + expected);
  }

  // ---- resources ----

  @Test
  void whatTheLoaderReadsIsIncluded() throws IOException {
    String expected =
        "  \"resources\": [\n    {\"glob\": \"META-INF/native/**\"},\n    {\"glob\": \"META-INF/sluice/*\"}\n  ]";
    assertTrue(metadata.contains(expected), () -> RESOURCE + " must contain\n" + expected);
    assertEquals(metadata.chars().filter(c -> c == '{').count(), metadata.chars().filter(c -> c == '}').count());
  }
}

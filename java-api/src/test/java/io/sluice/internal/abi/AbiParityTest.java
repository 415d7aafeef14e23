package io.sluice.internal.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.sluice.internal.load.Platform;

/**
 * Every number of {@link Abi} is what the C compiler says, and no number of the header is missing from it. The C side is
 * {@code abi.txt} of the native jar, printed by {@code native/test/abi_dump.c}.
 */
class AbiParityTest {
  /** Structures of the header and the prefix of their Java constants. */
  private static final Map<String, String> PREFIXES =
      Map.ofEntries(
          Map.entry("sluice_sqe", "SQE_"),
          Map.entry("sluice_cqe", "CQE_"),
          Map.entry("sluice_addr", "ADDR_"),
          Map.entry("sluice_iovec", "IOVEC_"),
          Map.entry("sluice_optval", "OPTVAL_"),
          Map.entry("sluice_meta", "META_"),
          Map.entry("sluice_group", "GROUP_"),
          Map.entry("sluice_tcp_info", "TCP_INFO_"),
          Map.entry("sluice_header", "HDR_"),
          Map.entry("sluice_config", "CFG_"),
          Map.entry("sluice_probe_info", "PROBE_"));

  /** Names the rule would give twice: a field called "bytes" and the size of its structure. */
  private static final Map<String, String> IRREGULAR =
      Map.of("sizeof.sluice_addr", "ADDR_BYTES_TOTAL", "offsetof.sluice_header.bytes", "HDR_TOTAL_BYTES");

  /** Numbers of engines that exist in Java only. */
  private static final Set<String> JAVA_ONLY = Set.of("ENGINE_NIO");

  /** Java name to value: what must be there, and what may. */
  private static final Map<String, Integer> REQUIRED = new TreeMap<>();

  private static final Map<String, Integer> OPTIONAL = new TreeMap<>();

  @BeforeAll
  static void readTheDump() throws IOException {
    String resource = "META-INF/native/" + Platform.current().classifier() + "/abi.txt";
    try (InputStream in = AbiParityTest.class.getClassLoader().getResourceAsStream(resource)) {
      assumeTrue(in != null, "no " + resource + " on the class path: no native jar, or one from a cross build");
      new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().forEach(AbiParityTest::take);
    }
  }

  private static void take(String line) {
    String[] parts = line.split(" ");
    String name = parts[0];
    int value = (int) Long.parseLong(parts[1]);
    String[] path = name.split("\\.");
    if (path.length == 1) {
      put(REQUIRED, name, value);
      return;
    }
    String prefix = PREFIXES.get(path[1]);
    assertTrue(prefix != null, "no Java prefix for the structure " + path[1]);
    if (path.length == 2) {
      put(REQUIRED, IRREGULAR.getOrDefault(name, prefix + "BYTES"), value);
    } else if (path[0].equals("offsetof")) {
      boolean filler = path[2].matches("(reserved|pad)\\d*");
      put(filler ? OPTIONAL : REQUIRED, IRREGULAR.getOrDefault(name, prefix + path[2].toUpperCase()), value);
    } else {
      put(OPTIONAL, prefix + path[2].toUpperCase() + "_BYTES", value);
    }
  }

  private static void put(Map<String, Integer> map, String name, int value) {
    Integer before = map.put(name, value);
    assertEquals(null, before, name + " stands for two numbers");
  }

  private static Map<String, Integer> javaConstants() throws IllegalAccessException {
    Map<String, Integer> constants = new TreeMap<>();
    for (Field field : Abi.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        constants.put(field.getName(), field.getInt(null));
      }
    }
    return constants;
  }

  @Test
  void everyNumberOfTheHeaderIsInJava() throws Exception {
    Set<String> missing = new TreeSet<>(REQUIRED.keySet());
    missing.removeAll(javaConstants().keySet());
    assertEquals(Set.of(), missing);
  }

  @Test
  void everyJavaConstantHasTheValueOfTheHeader() throws Exception {
    Map<String, Integer> constants = javaConstants();
    assertTrue(constants.size() > 200, "reflection found only " + constants.size() + " constants");
    Map<String, String> differences = new TreeMap<>();
    constants.forEach(
        (name, value) -> {
          Integer c = REQUIRED.containsKey(name) ? REQUIRED.get(name) : OPTIONAL.get(name);
          if (!JAVA_ONLY.contains(name) && !value.equals(c)) {
            differences.put(name, "Java " + value + ", C " + (c == null ? "does not know it" : c));
          }
        });
    assertEquals(Map.of(), differences);
  }
}

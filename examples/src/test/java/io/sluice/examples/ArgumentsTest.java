package io.sluice.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
  @Test
  void valuesAndDefaults() throws Exception {
    Arguments arguments = Arguments.parse(new String[] {"--port", "80", "--unix", "/run/x"}, "--port", "--unix", "--n");
    assertEquals(80, arguments.integer("--port", 1, 0, 65535));
    assertEquals(7, arguments.integer("--n", 7, 0, 9));
    assertEquals("/run/x", arguments.text("--unix"));
    assertTrue(arguments.has("--port"));
    assertNull(arguments.choice("--n", List.of("a")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "65536", "80x", "", " 80", "99999999999999"})
  void aNumberOutOfRangeIsNamedWithItsRange(String value) throws Exception {
    Arguments arguments = Arguments.parse(new String[] {"--port", value}, "--port");
    complains(
        () -> arguments.integer("--port", 1, 0, 65535),
        "--port " + value + " is not a whole number within 0 to 65535");
  }

  @Test
  void anUnknownChoiceIsNamedWithWhatThereIs() throws Exception {
    Arguments arguments = Arguments.parse(new String[] {"--engine", "select"}, "--engine");
    complains(() -> arguments.choice("--engine", List.of("auto", "nio")), "--engine select is none of auto, nio");
  }

  @Test
  void unknownRepeatedAndUnfinishedArguments() {
    complains(() -> Arguments.parse(new String[] {"--prot", "1"}, "--port"), "unknown argument --prot; known: --port");
    complains(() -> Arguments.parse(new String[] {"x"}), "unknown argument x: none is taken");
    complains(() -> Arguments.parse(new String[] {"--port"}, "--port"), "--port needs a value");
    complains(
        () -> Arguments.parse(new String[] {"--port", "1", "--port", "1"}, "--port"), "--port is given twice");
  }

  @Test
  void theServersNameTheirRanges() {
    complains(
        () -> EchoServer.Settings.parse(new String[] {"--threads", "0"}),
        "--threads 0 is not a whole number within 1 to 1024");
    complains(
        () -> EchoServer.Settings.parse(new String[] {"--binding", "jni2"}),
        "--binding jni2 is none of auto, jni, ffm, jna");
    complains(
        () -> EchoServer.Settings.parse(new String[] {"--port", "1", "--unix", "/run/x"}),
        "--port and --unix exclude each other");
    complains(
        () -> ChatServer.Settings.parse(new String[] {"--max-line", "5000"}),
        "--max-line 5000 is not a whole number within 1 to 4096");
  }

  private static void complains(Executable parsing, String message) {
    assertEquals(message, assertThrows(Arguments.InvalidException.class, parsing).getMessage());
  }
}

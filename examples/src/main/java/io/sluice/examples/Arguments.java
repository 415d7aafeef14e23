package io.sluice.examples;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arguments of the form {@code --name value}. Every complaint names the argument, its value and what is allowed. */
final class Arguments {
  /** Exit code of a program that was given arguments it cannot use. */
  static final int EXIT_BAD_ARGUMENTS = 2;
  /** Exit code of a program that could not do its work. */
  static final int EXIT_FAILED = 1;

  /** Arguments that a program cannot use. The message is for the person who typed them. */
  static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidException(String message) {
      super(message);
    }
  }

  private final Map<String, String> values;

  private Arguments(Map<String, String> values) {
    this.values = values;
  }

  /**
   * @param names the arguments that the program knows, each with its {@code --}
   * @throws InvalidException for an unknown or repeated name and for a name without a value
   */
  static Arguments parse(String[] args, String... names) throws InvalidException {
    List<String> known = List.of(names);
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i];
      if (!known.contains(name)) {
        throw new InvalidException(
            "unknown argument " + name + (known.isEmpty() ? ": none is taken" : "; known: " + String.join(" ", known)));
      }
      if (i + 1 == args.length) {
        throw new InvalidException(name + " needs a value");
      }
      if (values.put(name, args[i + 1]) != null) {
        throw new InvalidException(name + " is given twice");
      }
    }
    return new Arguments(values);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /** The value, or null when it was not given. */
  String text(String name) {
    return values.get(name);
  }

  /** A whole number from {@code min} to {@code max}. */
  int integer(String name, int defaultValue, int min, int max) throws InvalidException {
    String text = values.get(name);
    if (text == null) {
      return defaultValue;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, in the same words as for a number out of range.
    }
    throw new InvalidException(name + " " + text + " is not a whole number within " + min + " to " + max);
  }

  /** One of {@code allowed}; null when it was not given. */
  String choice(String name, List<String> allowed) throws InvalidException {
    String text = values.get(name);
    if (text != null && !allowed.contains(text)) {
      throw new InvalidException(name + " " + text + " is none of " + String.join(", ", allowed));
    }
    return text;
  }
}

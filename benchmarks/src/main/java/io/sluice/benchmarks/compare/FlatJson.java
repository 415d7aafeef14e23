package io.sluice.benchmarks.compare;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator's one-line reports: an object of numbers and plain strings, nothing nested, nothing escaped. */
final class FlatJson {
  private static final Pattern MEMBER = Pattern.compile("\"(\\w+)\":(?:\"([^\"]*)\"|([-+.eE0-9]+))");

  private final Map<String, String> members = new LinkedHashMap<>();
  private final String line;

  FlatJson(String line) {
    this.line = line;
    Matcher m = MEMBER.matcher(line);
    while (m.find()) {
      members.put(m.group(1), m.group(2) != null ? m.group(2) : m.group(3));
    }
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  String text(String name) {
    return members.get(name);
  }

  double number(String name) {
    String value = members.get(name);
    if (value == null) {
      throw new IllegalStateException("the load generator's report has no \"" + name + "\": " + line);
    }
    return Double.parseDouble(value);
  }

  /** The same object with members put in front; values that are not numbers are quoted. */
  String with(Map<String, Object> more) {
    StringBuilder out = new StringBuilder("{");
    more.forEach((name, value) -> {
      out.append('"').append(name).append("\":");
      boolean bare = value instanceof Number n && Double.isFinite(n.doubleValue());
      out.append(bare ? value.toString() : "\"" + value + "\"").append(',');
    });
    return out.append(line, 1, line.length()).toString();
  }
}

package io.sluice.internal.load;

import io.sluice.internal.log.Log;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The line of log that says which engine and binding run and why nothing better does. Once for each text: a process that opens
 * a group for every request would say nothing new with the second line.
 */
public final class Announcement {
  /** Few: the texts differ only where the outcome does. The bound is for reasons that contain something new each time. */
  private static final int MAX_TEXTS = 64;

  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private Announcement() {}

  /** Logs at level INFO, unless this was said before. */
  public static void of(Selection selection) {
    String text = text(selection, NativeLoader.shared().platform(), LibraryFile.ourVersion());
    if (SAID.size() < MAX_TEXTS && SAID.add(text)) {
      Log.logger().log(System.Logger.Level.INFO, text);
    }
  }

  static String text(Selection s, Platform platform, String version) {
    StringBuilder text = new StringBuilder("Sluice");
    if (!version.isEmpty()) {
      text.append(' ').append(version);
    }
    text.append(": engine ").append(s.engine());
    if (!s.binding().equals(EngineSelector.NO_BINDING)) {
      text.append(", binding ").append(s.binding());
    }
    text.append('.');
    if (s.engineAsked()) {
      return text.append(" It was asked for.").toString();
    }
    boolean noLibrary = s.binding().equals(EngineSelector.NO_BINDING) && s.examined().stream().noneMatch(c -> usable(c, Candidate.BINDING));
    String reason = noLibrary ? ofTheFirstBinding(s) : null;
    better(s, Candidate.ENGINE, s.engine(), platform, reason).forEach((why, names) -> append(text, names, why));
    if (!s.binding().equals(EngineSelector.NO_BINDING)) {
      better(s, Candidate.BINDING, s.binding(), platform, null).forEach((why, names) -> append(text, names, why));
    }
    return text.toString();
  }

  private static boolean usable(Candidate c, String kind) {
    return c.kind().equals(kind) && c.usable();
  }

  /** Why the library did not load in the way that is tried first; the others add only that they need something more. */
  private static String ofTheFirstBinding(Selection s) {
    return s.examined().stream().filter(c -> c.kind().equals(Candidate.BINDING)).findFirst().orElseThrow().reason();
  }

  /** What comes before the chosen one and belongs to this system, by the reason against it. */
  private static Map<String, List<String>> better(Selection s, String kind, String chosen, Platform platform, String reason) {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    for (Candidate c : s.examined()) {
      if (!c.kind().equals(kind)) {
        continue;
      }
      if (c.name().equals(chosen)) {
        break;
      }
      boolean foreign = kind.equals(Candidate.ENGINE) && c.name().equals(EngineSelector.KQUEUE) == platform.isLinux();
      if (!foreign) {
        byReason.computeIfAbsent(reason != null ? reason : c.reason(), r -> new ArrayList<>()).add(c.name());
      }
    }
    return byReason;
  }

  private static void append(StringBuilder text, List<String> names, String why) {
    text.append(" Not ").append(String.join(", ", names)).append(": ").append(why).append(why.endsWith(".") ? "" : ".");
  }
}

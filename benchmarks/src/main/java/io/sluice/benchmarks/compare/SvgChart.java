package io.sluice.benchmarks.compare;

import java.util.List;
import java.util.Locale;

/** CPU time per message as horizontal bars, user and system stacked, one panel per workload. Plain SVG, no scripts. */
final class SvgChart {
  private static final int WIDTH = 860, LABEL_WIDTH = 190, BAR_WIDTH = 560, BAR_HEIGHT = 16, ROW = 21, PANEL_GAP = 46, TOP = 50;
  private static final String USER = "#d95f02", SYSTEM = "#9ebcda", SYSTEM_SLUICE = "#4a90c2";

  private final Results results;
  private final List<ServerSpec> servers;

  SvgChart(Results results, List<ServerSpec> servers) {
    this.results = results;
    this.servers = servers;
  }

  String draw(List<Workload> workloads) {
    StringBuilder body = new StringBuilder();
    int y = TOP;
    for (Workload w : workloads) {
      List<ServerSpec> shown = servers.stream().filter(s -> results.has(w, Regime.SATURATED, s.name())).toList();
      if (!shown.isEmpty()) {
        panel(body, w, shown, y);
        y += PANEL_GAP + shown.size() * ROW;
      }
    }
    return String.format(Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
            + "font-size=\"12\">%n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n%s%s</svg>%n", WIDTH, y, legend(), body);
  }

  private static String legend() {
    return text(16, 22, "CPU time per message in microseconds, closed loop (shorter is better)",
            "font-size=\"15\" font-weight=\"bold\"")
        + rect(600, 11, 12, 12, USER) + text(617, 22, "user", "") + rect(665, 11, 12, 12, SYSTEM)
        + rect(679, 11, 12, 12, SYSTEM_SLUICE) + text(697, 22, "system (Sluice darker)", "");
  }

  private void panel(StringBuilder out, Workload w, List<ServerSpec> shown, int top) {
    double longest = shown.stream().mapToDouble(s -> results.cpu(w, Regime.SATURATED, s.name())).max().orElse(1);
    out.append(text(16, top + 4, w.title(), "font-weight=\"bold\""));
    int y = top + 14;
    for (ServerSpec s : shown) {
      double cpu = results.cpu(w, Regime.SATURATED, s.name());
      double user = results.user(w, Regime.SATURATED, s.name());
      double userWidth = Double.isNaN(user) ? 0 : BAR_WIDTH * user / longest;
      double width = BAR_WIDTH * cpu / longest;
      out.append(text(LABEL_WIDTH - 8, y + 12, s.name(), "text-anchor=\"end\""));
      out.append(rect(LABEL_WIDTH, y, userWidth, BAR_HEIGHT, USER));
      out.append(rect(LABEL_WIDTH + userWidth, y, width - userWidth, BAR_HEIGHT,
          s.family().equals("sluice") ? SYSTEM_SLUICE : SYSTEM));
      out.append(text(LABEL_WIDTH + width + 6, y + 12, String.format(Locale.ROOT, "%.2f (user %.2f)", cpu, user), ""));
      y += ROW;
    }
  }

  private static String rect(double x, double y, double width, double height, String fill) {
    return String.format(Locale.ROOT, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
        x, y, Math.max(0, width), height, fill);
  }

  private static String text(double x, double y, String content, String attributes) {
    String escaped = content.replace("&", "&amp;").replace("<", "&lt;");
    return String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>%n", x, y, attributes, escaped);
  }
}

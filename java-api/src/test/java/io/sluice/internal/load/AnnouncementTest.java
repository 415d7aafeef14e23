package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The line of log that says what runs and why nothing better does. */
class AnnouncementTest {
  private static final Platform LINUX = new Platform("linux", "x86_64", Platform.GLIBC);
  private static final Platform MAC = new Platform("osx", "aarch_64", "system");
  private static final String MISSING = "no native library for linux-x86_64 on the class path; add it";

  private static Candidate engine(String name, String reason) {
    return new Candidate(Candidate.ENGINE, name, reason.isEmpty() || reason.endsWith("comes first"), reason);
  }

  private static Candidate binding(String name, String reason) {
    return new Candidate(Candidate.BINDING, name, reason.isEmpty() || reason.endsWith("comes first"), reason);
  }

  private static String text(String engine, String binding, boolean asked, Platform platform, Candidate... candidates) {
    return Announcement.text(new Selection(engine, binding, asked, 0, List.of(candidates)), platform, "1.2");
  }

  @Test
  void theBestOfEverythingNeedsNoReason() {
    assertEquals(
        "Sluice 1.2: engine io_uring, binding jni.",
        text("io_uring", "jni", false, LINUX, engine("io_uring", ""), engine("epoll", "io_uring comes first"),
            engine("kqueue", "not in this build"), engine("nio", "io_uring comes first"), binding("jni", ""),
            binding("ffm", "jni comes first"), binding("jna", "JNA is not on the class path")));
  }

  @Test
  void aBetterEngineAndABetterBindingAreNamedWithTheirReasons() {
    assertEquals(
        "Sluice 1.2: engine epoll, binding ffm. Not io_uring: seccomp refuses it. Not jni: it is denied.",
        text("epoll", "ffm", false, LINUX, engine("io_uring", "seccomp refuses it."), engine("epoll", ""),
            engine("kqueue", "not in this build"), engine("nio", "epoll comes first"), binding("jni", "it is denied"),
            binding("ffm", ""), binding("jna", "ffm comes first")));
  }

  @Test
  void withoutALibraryTheReasonIsTheFirstBindingsAndNoForeignEngineIsMissed() {
    List<Candidate> none = new ArrayList<>();
    String all = "no binding to the native library: ffm: FFM needs JDK 22; jna: add JNA; jni: " + MISSING;
    for (String name : List.of("io_uring", "epoll", "kqueue")) {
      none.add(engine(name, all));
    }
    none.addAll(List.of(engine("nio", ""), binding("jni", MISSING), binding("ffm", "FFM needs JDK 22"), binding("jna", "add JNA")));
    assertEquals(
        "Sluice 1.2: engine nio. Not io_uring, epoll: " + MISSING + ".",
        text("nio", "none", false, LINUX, none.toArray(Candidate[]::new)));
    none.add(0, none.remove(2)); // The order of macOS.
    assertEquals(
        "Sluice 1.2: engine nio. Not kqueue: " + MISSING + ".", text("nio", "none", false, MAC, none.toArray(Candidate[]::new)));
  }

  @Test
  void whatWasAskedForNeedsNoReason() {
    assertEquals(
        "Sluice 1.2: engine epoll, binding jni. It was asked for.",
        text("epoll", "jni", true, LINUX, engine("io_uring", "epoll was asked for"), engine("epoll", ""), binding("jni", "")));
  }

  private static boolean downgrade(String engine, String binding, boolean asked, Platform platform) {
    return new Selection(engine, binding, asked, 0, List.of()).isDowngradeOn(platform);
  }

  @Test
  void onlyTheBestOrWhatWasAskedForMayBeToldLater() {
    assertEquals(false, downgrade("io_uring", "jni", false, LINUX));
    assertEquals(false, downgrade("kqueue", "jni", false, MAC));
    assertEquals(false, downgrade("nio", "none", true, LINUX));
    assertEquals(true, downgrade("epoll", "jni", false, LINUX));
    assertEquals(true, downgrade("io_uring", "ffm", false, LINUX));
    assertEquals(true, downgrade("nio", "none", false, MAC));
  }
}
